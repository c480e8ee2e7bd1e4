/* order.h - who orders an act and why: the options that acts of the bank have in common. */
#ifndef CBANK_CLI_ORDER_H
#define CBANK_CLI_ORDER_H

#include "cli.h"

#include "cbank/api/v1/learner.pb-c.h"

/* For option tables; `need` is OPTION_NEEDED where there has to be a reason. */
#define ORDER_OPTIONS(need)                                                                        \
    {"reason", "CODE", P_OPT_REASON, need}, {"document", "TEXT", P_OPT_DOCUMENT, 0},               \
        {"operator", "HANDLE", P_OPT_OPERATOR, 0}, {"approver", "HANDLE", P_OPT_APPROVER, 0},      \
        {"note-file", "FILE", P_OPT_NOTE_FILE, 0}, {"token", "HEX", P_OPT_TOKEN, 0}

/* The message lends from the command line and from `note`. Ends with order_clear. */
typedef struct order {
    Cbank__Api__V1__Order message;
    bytes note;
} order;

bool order_read(cli *c, order *out);
void order_clear(order *data);

#endif
