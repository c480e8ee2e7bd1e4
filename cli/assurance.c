#include "assurance.h"

#include "fail.h"
#include "options.h"
#include "shape.h"

static bool read_word(cli *c, const ProtobufCEnumDescriptor *type, int *out)
{
    const char *word = options_text(c, "assurance");

    *out = 0;
    if (word == NULL || shape_value(type, word, out))
        return true;
    fail_own(c, FAIL_OPTION_WORD, word);
    return false;
}

bool assurance_of_person(cli *c, Cbank__V1__IdentityAssurance *out)
{
    int value;
    bool fine = read_word(c, &cbank__v1__identity_assurance__descriptor, &value);

    *out = (Cbank__V1__IdentityAssurance)value;
    return fine;
}

bool assurance_of_record(cli *c, Cbank__V1__Assurance *out)
{
    int value;
    bool fine = read_word(c, &cbank__v1__assurance__descriptor, &value);

    *out = (Cbank__V1__Assurance)value;
    return fine;
}
