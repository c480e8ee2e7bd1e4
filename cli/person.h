/*
 * person.h - a person, from a JSON file or from options, as the message that opens an account; and
 * back, for people, with the number masked.
 */
#ifndef CBANK_CLI_PERSON_H
#define CBANK_CLI_PERSON_H

#include "cli.h"

#include <jansson.h>

#include "cbank/api/v1/learner.pb-c.h"

#define PERSON_LIST_MAX 16

/* Personal data: end with person_clear. */
typedef struct person {
    Cbank__Api__V1__Person message;
    Cbank__Api__V1__PersonName names[PERSON_LIST_MAX];
    Cbank__Api__V1__PersonName *name_list[PERSON_LIST_MAX];
    Cbank__Api__V1__PersonDocument documents[PERSON_LIST_MAX];
    Cbank__Api__V1__PersonDocument *document_list[PERSON_LIST_MAX];
    Cbank__Api__V1__StudentNumber students[PERSON_LIST_MAX];
    Cbank__Api__V1__StudentNumber *student_list[PERSON_LIST_MAX];
    Cbank__Api__V1__Contact contacts[PERSON_LIST_MAX];
    Cbank__Api__V1__Contact *contact_list[PERSON_LIST_MAX];
    Cbank__V1__Code codes[3];
    bytes text; /* what all strings above are in */
    size_t text_used;
} person;

/* From the file of --person. */
bool person_read(cli *c, const char *path, person *out);
/* From --name, --id-type and --id-number. */
void person_take(const cli *c, person *out);
/* Either way, as it was given: the four options are in the command's table. */
bool person_choose(cli *c, person *out);
void person_clear(person *data);

/* As --person takes it. With `masked` the number shows area and last four only. */
json_t *person_describe(const Cbank__Api__V1__Person *message, bool masked);
/* A number as it may stand on a screen: "360302********0018"; takes the reference. */
json_t *person_mask(json_t *number);

#endif
