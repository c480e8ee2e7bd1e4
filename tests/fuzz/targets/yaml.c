/* YAML as people write it. */
#include "exchange/yaml.h"
#include "fuzz/fuzz.h"

static void look(const cbi_yaml_node *node, unsigned depth)
{
    const cbi_yaml_node *child = node->first;
    uint32_t count = 0;

    fuzz_require(depth <= CBI_YAML_DEPTH_MAX, "a tree is not deep");
    fuzz_require(node->kind != CBI_YAML_TEXT || (node->text.data[node->text.size] == '\0' &&
                                                 node->text.size <= CBI_YAML_TEXT_MAX),
                 "a text ends, and is not long");
    for (; child != NULL; child = child->next) {
        look(child, depth + 1);
        if (node->kind == CBI_YAML_MAP)
            fuzz_require(cbi_yaml_get(node, (const char *)child->key.data) == child,
                         "each key is there once, and is found");
        count++;
    }
    fuzz_require(count == node->count, "a node has the children that it counts");
}

void fuzz_yaml(cbi_bytes input)
{
    cbi_yaml yaml = {0};
    cbank_error err = {0};
    cbank_status status = cbi_yaml_parse(input, "input", &yaml, NULL, &err);

    fuzz_require(status == CBANK_OK || (status == (cbank_status)err.status && yaml.root == NULL),
                 "a document is read whole or not at all");
    if (status == CBANK_OK)
        look(yaml.root, 1);
    cbi_yaml_clear(&yaml);
}
