/* Which column fills which field: two lists, then a header, a line each. */
#include <string.h>

#include "exchange/mapping.h"
#include "fuzz/fuzz.h"

static cbi_bytes take_line(cbi_bytes *input)
{
    const uint8_t *end = input->size == 0 ? NULL : memchr(input->data, '\n', input->size);
    size_t size = end == NULL ? input->size : (size_t)(end - input->data);
    cbi_bytes line = cbi_bytes_of(input->data, size);

    input->data += end == NULL ? size : size + 1;
    input->size -= end == NULL ? size : size + 1;
    return line;
}

void fuzz_mapping(cbi_bytes input)
{
    cbi_mapping_options options = {.use = CBI_SHEET_FOR_GRADES};
    cbi_mapping *mapping = NULL;
    cbi_bytes columns[32];
    size_t count = 0, assigned;

    options.map = take_line(&input);
    options.constants = take_line(&input);
    if (cbi_mapping_new(&options, &mapping, NULL) != CBANK_OK)
        return;
    while (count < 32 && input.size > 0)
        columns[count++] = take_line(&input);
    cbi_mapping_list(mapping, &assigned);
    if (cbi_mapping_bind(mapping, columns, count, NULL) == CBANK_OK) {
        const cbi_assignment *list = cbi_mapping_list(mapping, &assigned);

        for (size_t i = 0; i < assigned; i++)
            fuzz_require(list[i].column < count || list[i].column == CBI_MAPPING_CONSTANT ||
                             (list[i].column == CBI_MAPPING_ABSENT &&
                              cbi_assignment_is_wide(&list[i])), /* subject 1 of a wide file */
                         "a field has its column");
    }
    fuzz_require(assigned <= CBI_MAPPING_MAX, "a mapping has its limit");
    cbi_mapping_free(mapping);
}
