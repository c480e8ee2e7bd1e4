/*
 * yaml.h - YAML that people write, as a tree of nodes that know their place.
 *
 * All YAML of the project is read here: rule sets, school profiles. It reads the plain part of
 * YAML 1.1 and guesses nothing: a scalar is the text that was written, whatever it looks like, and
 * who wants a number or a day parses it as such. Anchors and aliases, tags, directives, a second
 * document, a key twice in one map and a key that is no text are refused. The bytes are UTF-8, a
 * byte order mark may stand in front, without control characters but line ends.
 *
 * libyaml's events do the reading; libcyaml, which stands upon it, keeps no place of a node and
 * ends at the first value of another type than it wants.
 */
#ifndef CBI_EXCHANGE_YAML_H
#define CBI_EXCHANGE_YAML_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/place.h"

#define CBI_YAML_SIZE_MAX (4u * 1024 * 1024)
#define CBI_YAML_NODES_MAX (1u << 18)
#define CBI_YAML_DEPTH_MAX 32u
#define CBI_YAML_KEYS_MAX 1024u /* of one map */
#define CBI_YAML_TEXT_MAX (16u * 1024) /* of one scalar */

typedef enum cbi_yaml_kind {
    CBI_YAML_TEXT = 1,
    CBI_YAML_LIST = 2,
    CBI_YAML_MAP = 3,
} cbi_yaml_kind;

/*
 * A node, lent by its document. The children of a list or map hang on `first` and `next`, in the
 * order of the file; those of a map have a key.
 */
typedef struct cbi_yaml_node {
    cbi_yaml_kind kind;
    bool quoted; /* a text in quotes; the empty text without them is a value left out */
    cbi_place at;
    cbi_bytes text; /* followed by a zero byte; one line */
    cbi_bytes key;  /* in a map; followed by a zero byte */
    cbi_place key_at;
    const struct cbi_yaml_node *first;
    const struct cbi_yaml_node *next;
    uint32_t count; /* of children */
} cbi_yaml_node;

/* Begins as {0}; owns its nodes. */
typedef struct cbi_yaml {
    cbi_arena arena;
    const cbi_yaml_node *root;
} cbi_yaml;

/*
 * Reads a whole document. `file` is its name for errors, which are MALFORMED or TOO_LARGE, with
 * "FILE:LINE:COLUMN" as object; the place is in `at` besides, which may be NULL. Empty on failure.
 * A document without content is an empty map.
 */
cbank_status cbi_yaml_parse(cbi_bytes bytes, const char *file, cbi_yaml *out, cbi_place *at,
                            cbank_error *err);
void cbi_yaml_clear(cbi_yaml *yaml);

/* The value of a key; NULL if the map has it not, or if `map` is NULL or no map. */
const cbi_yaml_node *cbi_yaml_get(const cbi_yaml_node *map, const char *key);
/* "text", "list", "map": for messages. */
const char *cbi_yaml_kind_name(cbi_yaml_kind kind);

#endif
