/* outside.c - cbank recognition note, settle: what an office that signs nothing here recognised. */
#include "outside.h"

#include "call.h"
#include "fail.h"
#include "memory.h"
#include "options.h"
#include "order.h"
#include "recognition.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/recognition.pb-c.h"

#include <stdlib.h>
#include <string.h>

#define SCAN 32

const option outside_note_options[] = {
    {"record", "ID", P_OPT_NOTE_RECORD, OPTION_NEEDED | OPTION_REPEATED},
    {"by", "NAME", P_OPT_NOTE_BY, OPTION_NEEDED},
    {"number", "TEXT", P_OPT_LETTER, OPTION_NEEDED},
    {"on", "DATE", P_OPT_NOTE_ON, OPTION_NEEDED},
    {"programme", "TEXT", P_OPT_NOTE_PROGRAMME, 0},
    {"scope", "WORD", P_OPT_NOTE_SCOPE, 0},
    {"scan-digest", "HEX", P_OPT_NOTE_SCAN, 0},
    ORDER_OPTIONS(0),
    {0},
};

static void lend(const cli *c, const char *name, char **out)
{
    if (options_given(c, name))
        *out = options_text(c, name);
}

static bool read_scope(cli *c, Cbank__V1__UseScope *out)
{
    int scope = CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE;
    bool good = !options_given(c, "scope") ||
                shape_value(&cbank__v1__use_scope__descriptor, options_text(c, "scope"), &scope);

    if (!good)
        fail_own(c, FAIL_OPTION_WORD, options_text(c, "scope"));
    *out = (Cbank__V1__UseScope)scope;
    return good;
}

static bool read_notice(cli *c, Cbank__V1__OutsideNotice *out, uint8_t scan[SCAN])
{
    cbank__v1__outside_notice__init(out);
    lend(c, "by", &out->recogniser);
    lend(c, "number", &out->document);
    lend(c, "programme", &out->programme);
    if (!value_date(options_text(c, "on"), &out->on)) {
        fail_own(c, FAIL_BAD_DATE, options_text(c, "on"));
        return false;
    }
    if (!options_given(c, "scan-digest"))
        return true;
    if (!value_hex(options_text(c, "scan-digest"), scan, SCAN)) {
        fail_own(c, FAIL_BAD_HEX, options_text(c, "scan-digest"));
        return false;
    }
    out->scan_digest = (ProtobufCBinaryData){SCAN, scan};
    return true;
}

void outside_note(cli *c)
{
    Cbank__Api__V1__RecognitionNoteRequest ask = CBANK__API__V1__RECOGNITION_NOTE_REQUEST__INIT;
    char **records = memory_new(options_count(c, "record"), sizeof(*records));
    Cbank__V1__OutsideNotice notice;
    uint8_t token[16], scan[SCAN];
    size_t next = 0;
    char *text;
    order why;

    while ((text = options_each(c, "record", &next)) != NULL)
        records[ask.n_records++] = text;
    if (order_read(c, &why) && read_notice(c, &notice, scan) && read_scope(c, &ask.scope) &&
        call_token(c, token, &ask.token)) {
        ask.account = c->arguments[0];
        ask.records = records;
        ask.notice = &notice;
        ask.order = &why.message;
        ask.dry_run = c->dry_run;
        recognition_show_info(c, call_bank(c, cbank_recognition_note, &ask.base,
                                           &cbank__api__v1__recognition_info__descriptor));
    }
    order_clear(&why);
    free(records);
}

const option outside_settle_options[] = {
    {"state", "WORD", P_OPT_SETTLE_STATE, OPTION_NEEDED},
    ORDER_OPTIONS(OPTION_NEEDED),
    {0},
};

static bool read_action(cli *c, Cbank__V1__RecognitionAction *out)
{
    static const struct {
        const char *word;
        Cbank__V1__RecognitionAction action;
    } states[] = {
        {"suspended", CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_SUSPEND},
        {"stands", CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_REINSTATE},
        {"reversed", CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_REVERSE},
    };

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        *out = states[i].action;
        if (strcmp(states[i].word, options_text(c, "state")) == 0)
            return true;
    }
    fail_own(c, FAIL_OPTION_WORD, options_text(c, "state"));
    return false;
}

void outside_settle(cli *c)
{
    Cbank__Api__V1__RecognitionSettleRequest ask =
        CBANK__API__V1__RECOGNITION_SETTLE_REQUEST__INIT;
    uint8_t id[RECOGNITION_ID], token[16];
    order why;

    if (order_read(c, &why) && read_action(c, &ask.action) &&
        recognition_id(c, c->arguments[0], id, &ask.id) && call_token(c, token, &ask.token)) {
        ask.order = &why.message;
        ask.dry_run = c->dry_run;
        recognition_show_info(c, call_bank(c, cbank_recognition_settle, &ask.base,
                                           &cbank__api__v1__recognition_info__descriptor));
    }
    order_clear(&why);
}
