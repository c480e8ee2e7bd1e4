/* assurance.h - the option --assurance: how somebody knows of a person, or of a record. */
#ifndef CBANK_CLI_ASSURANCE_H
#define CBANK_CLI_ASSURANCE_H

#include "cli.h"

#include "cbank/v1/record.pb-c.h"
#include "cbank/v1/statement.pb-c.h"

/* 0 where nothing was given; false with a failure for a word that is none. */
bool assurance_of_person(cli *c, Cbank__V1__IdentityAssurance *out);
bool assurance_of_record(cli *c, Cbank__V1__Assurance *out);

#endif
