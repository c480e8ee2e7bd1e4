#include "record/usage_script.h"

#include <criterion/criterion.h>

#include <string.h>

#include "record/sample.h"

script the_script;
cbank_error script_err;

void script_begin(void)
{
    memset(&the_script, 0, sizeof(the_script));
    the_script.usage.entries = the_script.entries;
    the_script.usage.chains = the_script.chains;
    the_script.usage.chain_count = 1;
}

uint32_t script_add(int kind, int entry_class)
{
    cr_assert(the_script.count < ENTRIES);
    memset(the_script.leaves[the_script.count], (int)the_script.count + 1, 32);
    memcpy(the_script.entries[the_script.count].leaf.bytes, the_script.leaves[the_script.count],
           32);
    the_script.entries[the_script.count].kind = kind;
    the_script.entries[the_script.count].entry_class = (uint8_t)entry_class;
    the_script.entries[the_script.count].body = &the_script.bodies[the_script.count];
    the_script.chains[the_script.usage.chain_count - 1].count++;
    return (uint32_t)the_script.count++;
}

/* Where an entry stands in its chain. */
uint64_t script_sequence(uint32_t entry)
{
    for (size_t c = 0; c < the_script.usage.chain_count && entry >= the_script.chains[c].count; c++)
        entry -= the_script.chains[c].count;
    return entry;
}

ProtobufCBinaryData script_leaf(uint32_t entry)
{
    return (ProtobufCBinaryData){32, the_script.leaves[entry]};
}

uint32_t script_opened(void)
{
    return script_add(KIND(ACCOUNT_OPENED), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT);
}

uint32_t script_award(void)
{
    return script_add(KIND(CREDIT_DEPOSITED), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD);
}

uint32_t script_changed(uint32_t record, int action)
{
    uint32_t at = script_add(KIND(CREDIT_CHANGED), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_CHANGE);

    cbank__v1__credit_changed__init(&the_script.bodies[at].changed);
    the_script.bodies[at].changed.touched_sequence = script_sequence(record);
    the_script.bodies[at].changed.touched_leaf = script_leaf(record);
    the_script.entries[at].action = (Cbank__V1__ChangeAction)action;
    return at;
}

uint32_t script_questioned(uint32_t record)
{
    uint32_t at = script_add(KIND(CREDIT_QUESTIONED), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_CHANGE);

    cbank__v1__credit_questioned__init(&the_script.bodies[at].questioned);
    the_script.bodies[at].questioned.touched_sequence = script_sequence(record);
    the_script.bodies[at].questioned.touched_leaf = script_leaf(record);
    return at;
}

void script_use(uint32_t at, size_t position, uint32_t record, int scope, int leftover)
{
    Cbank__V1__RecordUse *to = &the_script.uses[at][position];

    cbank__v1__record_use__init(to);
    to->sequence = script_sequence(record);
    to->leaf = script_leaf(record);
    to->scope = (Cbank__V1__UseScope)scope;
    to->leftover = (Cbank__V1__Leftover)leftover;
    the_script.use_lists[at][position] = to;
}

/* A conversion of one record within a scope. */
uint32_t script_converted(uint32_t record, int scope)
{
    uint32_t at = script_add(KIND(CONVERSION_RECOGNISED), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_USE);

    cbank__v1__conversion_recognised__init(&the_script.bodies[at].recognised);
    script_use(at, 0, record, scope, scope == SCOPE(COUNTED) ? KEPT : LOST);
    the_script.bodies[at].recognised.uses = the_script.use_lists[at];
    the_script.bodies[at].recognised.n_uses = 1;
    return at;
}

/* The recognition behind it, towards this programme of this level. */
void script_ground(uint32_t at, const char *programme, int64_t level)
{
    cbank__v1__recognition_head__init(&the_script.heads[at]);
    cbank__v1__publication_ref__init(&the_script.programmes[at]);
    the_script.programmes[at].id = cbi_message_string(programme);
    the_script.heads[at].programme = &the_script.programmes[at];
    the_script.heads[at].framework = cbi_message_string("gd");
    the_script.heads[at].level_milli = level;
    the_script.heads[at].unit = cbi_message_string("credit");
    the_script.entries[at].grounds.head = &the_script.heads[at];
}

/* A part of the record is used, the rest is kept. */
void script_part(uint32_t at, int64_t used, int64_t left)
{
    the_script.uses[at][0].leftover = KEPT;
    cbank__v1__recognition_source__init(&the_script.sources[at][0]);
    the_script.sources[at][0].used_milli = used;
    the_script.sources[at][0].left_milli = left;
    the_script.source_lists[at][0] = &the_script.sources[at][0];
    the_script.entries[at].grounds.sources = the_script.source_lists[at];
}

uint32_t script_conversion_changed(uint32_t conversion, int kind, bool alone)
{
    uint32_t at = script_add(kind, CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_CHANGE);

    if (kind == KIND(CONVERSION_REPLACED)) {
        cbank__v1__conversion_replaced__init(&the_script.bodies[at].replaced);
        the_script.bodies[at].replaced.touched_sequence = script_sequence(conversion);
        the_script.bodies[at].replaced.touched_leaf = script_leaf(conversion);
        return at;
    }
    cbank__v1__conversion_changed__init(&the_script.bodies[at].conversion);
    the_script.bodies[at].conversion.touched_sequence = script_sequence(conversion);
    the_script.bodies[at].conversion.touched_leaf = script_leaf(conversion);
    if (!alone)
        the_script.bodies[at].conversion.change = sample_bytes(1, 32);
    return at;
}

void script_refer(uint32_t at, size_t position, uint32_t record)
{
    cbank__v1__entry_ref__init(&the_script.refs[at][position]);
    the_script.refs[at][position].sequence = script_sequence(record);
    the_script.refs[at][position].leaf = script_leaf(record);
    the_script.ref_lists[at][position] = &the_script.refs[at][position];
}

/* Records in ascending order. */
uint32_t script_offered(const uint32_t *records, size_t count)
{
    uint32_t at = script_add(KIND(TRANSFER_OFFERED), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_USE);

    cbank__v1__transfer_offered__init(&the_script.bodies[at].offered);
    for (size_t i = 0; i < count; i++)
        script_refer(at, i, records[i]);
    the_script.bodies[at].offered.records = the_script.ref_lists[at];
    the_script.bodies[at].offered.n_records = count;
    return at;
}

uint32_t script_ended(uint32_t offer, int kind, const uint32_t *records, size_t count)
{
    uint32_t at = script_add(kind, CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_USE);

    cbank__v1__transfer_ended__init(&the_script.bodies[at].ended);
    the_script.bodies[at].ended.touched_sequence = script_sequence(offer);
    the_script.bodies[at].ended.touched_leaf = script_leaf(offer);
    the_script.bodies[at].ended.answer = sample_bytes(2, 32);
    for (size_t i = 0; i < count; i++)
        script_refer(at, i, records[i]);
    the_script.bodies[at].ended.records = the_script.ref_lists[at];
    the_script.bodies[at].ended.n_records = count;
    return at;
}

void script_good(void)
{
    cbank_status status = cbi_usage_settle(&the_script.usage, &script_err);

    cr_assert_eq(status, CBANK_OK, "%s at %llu", cbank_reason_name(script_err.reason),
                 (unsigned long long)script_err.where);
}

/* Refused at that entry for that reason; what came before it alone is good. */
void script_bad_at(uint32_t entry, int reason)
{
    cr_expect_neq(cbi_usage_settle(&the_script.usage, &script_err), CBANK_OK, "%s",
                  cbank_reason_name(reason));
    cr_expect_eq(script_err.reason, reason, "%s instead of %s",
                 cbank_reason_name(script_err.reason), cbank_reason_name(reason));
    cr_expect_eq(script_err.where, script_sequence(entry));
    cr_expect_null(the_script.usage.uses);
}
