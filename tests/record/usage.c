/* Usage: scripts of entries, each with what must come of it; and what must not be possible. */
#include "record/usage.h"

#include <criterion/criterion.h>

#include <string.h>

#include "record/kind.h"
#include "record/sample.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define SCOPE(name) CBANK__V1__USE_SCOPE__USE_SCOPE_##name
#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name
#define LISTED(name) CBANK__V1__RECORD_STATE__RECORD_STATE_##name
#define LOST CBANK__V1__LEFTOVER__LEFTOVER_LOST
#define KEPT CBANK__V1__LEFTOVER__LEFTOVER_KEPT
#define ENTRIES 40
#define PER 8

/* A script: entries are added one by one; an entry's leaf is its position, plus one, 32 times. */
typedef struct script {
    cbi_usage_entry entries[ENTRIES];
    cbi_usage_chain chains[3];
    uint8_t leaves[ENTRIES][32];
    size_t count;
    cbi_usage usage;
    /* Bodies, one an entry. */
    union {
        Cbank__V1__CreditChanged changed;
        Cbank__V1__CreditQuestioned questioned;
        Cbank__V1__ConversionRecognised recognised;
        Cbank__V1__ConversionNoted noted;
        Cbank__V1__ConversionChanged conversion;
        Cbank__V1__ConversionReplaced replaced;
        Cbank__V1__TransferOffered offered;
        Cbank__V1__TransferEnded ended;
        Cbank__V1__TransferGivenBack given_back;
        Cbank__V1__CreditReceived received;
    } bodies[ENTRIES];
    Cbank__V1__RecordUse uses[ENTRIES][PER], *use_lists[ENTRIES][PER];
    Cbank__V1__EntryRef refs[ENTRIES][PER], *ref_lists[ENTRIES][PER];
    Cbank__V1__RecognitionHead heads[ENTRIES];
    Cbank__V1__PublicationRef programmes[ENTRIES];
    Cbank__V1__RecognitionSource sources[ENTRIES][PER], *source_lists[ENTRIES][PER];
} script;

static script s;
static cbank_error err;

static void begin(void)
{
    memset(&s, 0, sizeof(s));
    s.usage.entries = s.entries;
    s.usage.chains = s.chains;
    s.usage.chain_count = 1;
}

static uint32_t add(int kind, int entry_class)
{
    cr_assert(s.count < ENTRIES);
    memset(s.leaves[s.count], (int)s.count + 1, 32);
    memcpy(s.entries[s.count].leaf.bytes, s.leaves[s.count], 32);
    s.entries[s.count].kind = kind;
    s.entries[s.count].entry_class = (uint8_t)entry_class;
    s.entries[s.count].body = &s.bodies[s.count];
    s.chains[s.usage.chain_count - 1].count++;
    return (uint32_t)s.count++;
}

/* Where an entry stands in its chain. */
static uint64_t sequence(uint32_t entry)
{
    for (size_t c = 0; c < s.usage.chain_count && entry >= s.chains[c].count; c++)
        entry -= s.chains[c].count;
    return entry;
}

static ProtobufCBinaryData leaf(uint32_t entry)
{
    return (ProtobufCBinaryData){32, s.leaves[entry]};
}

static uint32_t opened(void)
{
    return add(KIND(ACCOUNT_OPENED), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT);
}

static uint32_t award(void)
{
    return add(KIND(CREDIT_DEPOSITED), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD);
}

static uint32_t changed(uint32_t record, int action)
{
    uint32_t at = add(KIND(CREDIT_CHANGED), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_CHANGE);

    cbank__v1__credit_changed__init(&s.bodies[at].changed);
    s.bodies[at].changed.touched_sequence = sequence(record);
    s.bodies[at].changed.touched_leaf = leaf(record);
    s.entries[at].action = (Cbank__V1__ChangeAction)action;
    return at;
}

static uint32_t questioned(uint32_t record)
{
    uint32_t at = add(KIND(CREDIT_QUESTIONED), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_CHANGE);

    cbank__v1__credit_questioned__init(&s.bodies[at].questioned);
    s.bodies[at].questioned.touched_sequence = sequence(record);
    s.bodies[at].questioned.touched_leaf = leaf(record);
    return at;
}

static void use(uint32_t at, size_t position, uint32_t record, int scope, int leftover)
{
    Cbank__V1__RecordUse *to = &s.uses[at][position];

    cbank__v1__record_use__init(to);
    to->sequence = sequence(record);
    to->leaf = leaf(record);
    to->scope = (Cbank__V1__UseScope)scope;
    to->leftover = (Cbank__V1__Leftover)leftover;
    s.use_lists[at][position] = to;
}

/* A conversion of one record within a scope. */
static uint32_t converted(uint32_t record, int scope)
{
    uint32_t at = add(KIND(CONVERSION_RECOGNISED), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_USE);

    cbank__v1__conversion_recognised__init(&s.bodies[at].recognised);
    use(at, 0, record, scope, scope == SCOPE(COUNTED) ? KEPT : LOST);
    s.bodies[at].recognised.uses = s.use_lists[at];
    s.bodies[at].recognised.n_uses = 1;
    return at;
}

/* The recognition behind it, towards this programme of this level. */
static void ground(uint32_t at, const char *programme, int64_t level)
{
    cbank__v1__recognition_head__init(&s.heads[at]);
    cbank__v1__publication_ref__init(&s.programmes[at]);
    s.programmes[at].id = cbi_message_string(programme);
    s.heads[at].programme = &s.programmes[at];
    s.heads[at].framework = cbi_message_string("gd");
    s.heads[at].level_milli = level;
    s.heads[at].unit = cbi_message_string("credit");
    s.entries[at].grounds.head = &s.heads[at];
}

/* A part of the record is used, the rest is kept. */
static void part(uint32_t at, int64_t used, int64_t left)
{
    s.uses[at][0].leftover = KEPT;
    cbank__v1__recognition_source__init(&s.sources[at][0]);
    s.sources[at][0].used_milli = used;
    s.sources[at][0].left_milli = left;
    s.source_lists[at][0] = &s.sources[at][0];
    s.entries[at].grounds.sources = s.source_lists[at];
}

static uint32_t conversion_changed(uint32_t conversion, int kind, bool alone)
{
    uint32_t at = add(kind, CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_CHANGE);

    if (kind == KIND(CONVERSION_REPLACED)) {
        cbank__v1__conversion_replaced__init(&s.bodies[at].replaced);
        s.bodies[at].replaced.touched_sequence = sequence(conversion);
        s.bodies[at].replaced.touched_leaf = leaf(conversion);
        return at;
    }
    cbank__v1__conversion_changed__init(&s.bodies[at].conversion);
    s.bodies[at].conversion.touched_sequence = sequence(conversion);
    s.bodies[at].conversion.touched_leaf = leaf(conversion);
    if (!alone)
        s.bodies[at].conversion.change = sample_bytes(1, 32);
    return at;
}

static void refer(uint32_t at, size_t position, uint32_t record)
{
    cbank__v1__entry_ref__init(&s.refs[at][position]);
    s.refs[at][position].sequence = sequence(record);
    s.refs[at][position].leaf = leaf(record);
    s.ref_lists[at][position] = &s.refs[at][position];
}

/* Records in ascending order. */
static uint32_t offered(const uint32_t *records, size_t count)
{
    uint32_t at = add(KIND(TRANSFER_OFFERED), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_USE);

    cbank__v1__transfer_offered__init(&s.bodies[at].offered);
    for (size_t i = 0; i < count; i++)
        refer(at, i, records[i]);
    s.bodies[at].offered.records = s.ref_lists[at];
    s.bodies[at].offered.n_records = count;
    return at;
}

static uint32_t ended(uint32_t offer, int kind, const uint32_t *records, size_t count)
{
    uint32_t at = add(kind, CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_USE);

    cbank__v1__transfer_ended__init(&s.bodies[at].ended);
    s.bodies[at].ended.touched_sequence = sequence(offer);
    s.bodies[at].ended.touched_leaf = leaf(offer);
    s.bodies[at].ended.answer = sample_bytes(2, 32);
    for (size_t i = 0; i < count; i++)
        refer(at, i, records[i]);
    s.bodies[at].ended.records = s.ref_lists[at];
    s.bodies[at].ended.n_records = count;
    return at;
}

static void good(void)
{
    cbank_status status = cbi_usage_settle(&s.usage, &err);

    cr_assert_eq(status, CBANK_OK, "%s at %llu", cbank_reason_name(err.reason),
                 (unsigned long long)err.where);
}

/* Refused at that entry for that reason; what came before it alone is good. */
static void bad_at(uint32_t entry, int reason)
{
    cr_expect_neq(cbi_usage_settle(&s.usage, &err), CBANK_OK, "%s", cbank_reason_name(reason));
    cr_expect_eq(err.reason, reason, "%s instead of %s", cbank_reason_name(err.reason),
                 cbank_reason_name(reason));
    cr_expect_eq(err.where, sequence(entry));
    cr_expect_null(s.usage.uses);
}

/* ---- records ----------------------------------------------------------------------------- */

Test(usage, a_record_that_nothing_happens_to_simply_holds)
{
    uint32_t record;

    begin();
    opened();
    record = award();
    good();
    cr_expect_eq(cbi_usage_listed(&s.usage, record), LISTED(UNSPECIFIED));
    cr_expect_null(cbi_usage_next(&s.usage, record, NULL));
    cbi_usage_clear(&s.usage);
}

Test(usage, doubt_of_the_bank_suspends_and_the_institution_settles_it)
{
    uint32_t one, two;

    begin();
    opened();
    one = award();
    two = award();
    questioned(one);
    questioned(two);
    changed(one, ACTION(REINSTATE));
    changed(two, ACTION(REVOKE));
    good();
    cr_expect_eq(cbi_usage_listed(&s.usage, one), LISTED(UNSPECIFIED));
    cr_expect_eq(cbi_usage_listed(&s.usage, two), LISTED(REVOKED));
    cbi_usage_clear(&s.usage);
}

/* ---- conversions ------------------------------------------------------------------------- */

Test(usage, what_is_consumed_shows_its_use_and_what_is_counted_simply_holds)
{
    uint32_t one, two, first;
    const cbi_use *use_of;

    begin();
    opened();
    one = award();
    two = award();
    first = converted(one, SCOPE(EVERYWHERE));
    converted(two, SCOPE(COUNTED));
    converted(two, SCOPE(COUNTED));
    good();
    cr_expect_eq(cbi_usage_listed(&s.usage, one), LISTED(CONSUMED));
    cr_expect_eq(cbi_usage_listed(&s.usage, two), LISTED(UNSPECIFIED));
    use_of = cbi_usage_next(&s.usage, one, NULL);
    cr_assert_not_null(use_of);
    cr_expect_eq(use_of->conversion, first);
    cr_expect_eq(use_of->scope, SCOPE(EVERYWHERE));
    cr_expect_null(cbi_usage_next(&s.usage, one, use_of));
    cbi_usage_clear(&s.usage);
}

Test(usage, a_record_is_used_once_within_its_scope)
{
    /* scopes, whether programme and level are the same, and whether the second use is refused */
    static const struct {
        int one, other;
        const char *programme;
        int64_t level;
        bool refused;
    } cases[] = {
        {SCOPE(EVERYWHERE), SCOPE(EVERYWHERE), "q", 6000, true},
        {SCOPE(EVERYWHERE), SCOPE(PROGRAMME), "q", 6000, true},
        {SCOPE(PROGRAMME), SCOPE(EVERYWHERE), "q", 6000, true},
        {SCOPE(LEVEL), SCOPE(PROGRAMME), "q", 5000, true},
        {SCOPE(LEVEL), SCOPE(LEVEL), "q", 6000, false},
        {SCOPE(PROGRAMME), SCOPE(PROGRAMME), "p", 5000, true},
        {SCOPE(PROGRAMME), SCOPE(PROGRAMME), "q", 5000, false},
        {SCOPE(COUNTED), SCOPE(EVERYWHERE), "p", 5000, false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t record, first, second;

        begin();
        opened();
        record = award();
        first = converted(record, cases[i].one);
        second = converted(record, cases[i].other);
        ground(first, "p", 5000);
        ground(second, cases[i].programme, cases[i].level);
        if (cases[i].refused) {
            bad_at(second, CBI_REASON_RECORD_USED_UP);
            continue;
        }
        good();
        cbi_usage_clear(&s.usage);
    }
}

Test(usage, without_the_recognitions_only_a_use_everywhere_can_be_told)
{
    uint32_t record;

    begin();
    opened();
    record = award();
    converted(record, SCOPE(PROGRAMME));
    converted(record, SCOPE(PROGRAMME));
    good();
    cbi_usage_clear(&s.usage);
    bad_at(converted(record, SCOPE(EVERYWHERE)), CBI_REASON_RECORD_USED_UP);
}

Test(usage, parts_of_a_record_are_used_until_nothing_is_left)
{
    static Cbank__V1__CreditRecord whole;
    static Cbank__V1__Amount amount, *amounts[1] = {&amount};
    uint32_t record, parts[3];

    cbank__v1__credit_record__init(&whole);
    cbank__v1__amount__init(&amount);
    amount.unit = cbi_message_string("credit");
    amount.milli = 6000;
    whole.amounts = amounts;
    whole.n_amounts = 1;
    for (int over = 0; over < 2; over++) {
        begin();
        opened();
        record = award();
        s.entries[record].record = &whole;
        for (int i = 0; i < 3; i++) {
            parts[i] = converted(record, SCOPE(EVERYWHERE));
            ground(parts[i], "p", 5000);
            part(parts[i], 2000 + (i == 2 ? over : 0), 4000 - 2000 * i);
        }
        if (over) {
            bad_at(parts[2], CBI_REASON_RECORD_USED_UP);
            continue;
        }
        good();
        cr_expect(cbi_usage_is_consumed(&s.usage, record));
        cbi_usage_clear(&s.usage);
    }
}

Test(usage, reversing_and_replacing_release_what_was_used_and_suspending_does_not)
{
    static const struct {
        int kind;
        bool released;
    } ends[] = {{KIND(CONVERSION_REVERSED), true},
                {KIND(CONVERSION_REPLACED), true},
                {KIND(CONVERSION_SUSPENDED), false}};

    for (size_t i = 0; i < 3; i++) {
        uint32_t record, again;

        begin();
        opened();
        record = award();
        conversion_changed(converted(record, SCOPE(EVERYWHERE)), ends[i].kind, false);
        again = converted(record, SCOPE(EVERYWHERE));
        if (!ends[i].released) {
            bad_at(again, CBI_REASON_RECORD_USED_UP);
            continue;
        }
        good();
        cr_expect_eq(cbi_usage_next(&s.usage, record, NULL)->conversion, again);
        cbi_usage_clear(&s.usage);
    }
}

Test(usage, the_bank_alone_may_take_away_but_not_give)
{
    static const struct {
        int kind;
        bool possible;
    } acts[] = {{KIND(CONVERSION_SUSPENDED), true},
                {KIND(CONVERSION_REVERSED), false},
                {KIND(CONVERSION_REINSTATED), false}};

    for (size_t i = 0; i < 3; i++) {
        uint32_t conversion, at;

        begin();
        opened();
        conversion = converted(award(), SCOPE(EVERYWHERE));
        if (acts[i].kind == KIND(CONVERSION_REINSTATED))
            conversion_changed(conversion, KIND(CONVERSION_SUSPENDED), false);
        at = conversion_changed(conversion, acts[i].kind, true);
        if (!acts[i].possible) {
            bad_at(at, CBI_REASON_NAMES_NOTHING);
            continue;
        }
        good();
        cr_expect_eq(s.entries[conversion].conversion, CBI_CONVERSION_SUSPENDED);
        cbi_usage_clear(&s.usage);
    }
}

Test(usage, what_the_bank_noted_only_the_bank_changes)
{
    for (int alone = 0; alone < 2; alone++) {
        uint32_t note, at;

        begin();
        opened();
        note = converted(award(), SCOPE(EVERYWHERE));
        s.entries[note].kind = KIND(CONVERSION_NOTED);
        cbank__v1__conversion_noted__init(&s.bodies[note].noted);
        s.bodies[note].noted.uses = s.use_lists[note];
        s.bodies[note].noted.n_uses = 1;
        at = conversion_changed(note, KIND(CONVERSION_REVERSED), alone);
        if (!alone) {
            bad_at(at, CBI_REASON_NAMES_NOTHING);
            continue;
        }
        good();
        cbi_usage_clear(&s.usage);
    }
}

Test(usage, only_what_holds_is_used_and_what_is_used_takes_its_conversions_along)
{
    uint32_t record, conversion;

    begin(); /* used after it was revoked */
    opened();
    record = award();
    changed(record, ACTION(REVOKE));
    bad_at(converted(record, SCOPE(COUNTED)), CBI_REASON_RECORD_NOT_HELD);

    begin(); /* revoked, and the conversion goes on */
    opened();
    record = award();
    conversion = converted(record, SCOPE(COUNTED));
    changed(record, ACTION(SUSPEND));
    bad_at(conversion, CBI_REASON_RECORD_NOT_HELD);

    begin(); /* suspended along with it */
    opened();
    record = award();
    conversion = converted(record, SCOPE(EVERYWHERE));
    changed(record, ACTION(SUSPEND));
    conversion_changed(conversion, KIND(CONVERSION_SUSPENDED), true);
    good();
    cbi_usage_clear(&s.usage);

    bad_at(conversion_changed(conversion, KIND(CONVERSION_REINSTATED), false),
           CBI_REASON_RECORD_NOT_HELD);

    begin(); /* the record first, then the conversion */
    opened();
    record = award();
    conversion = converted(record, SCOPE(EVERYWHERE));
    changed(record, ACTION(SUSPEND));
    conversion_changed(conversion, KIND(CONVERSION_SUSPENDED), true);
    changed(record, ACTION(REINSTATE));
    conversion_changed(conversion, KIND(CONVERSION_REINSTATED), false);
    good();
    cbi_usage_clear(&s.usage);
}

Test(usage, a_reference_names_an_earlier_award_by_sequence_and_leaf)
{
    uint32_t record, at;

    begin(); /* another leaf */
    opened();
    record = award();
    at = converted(record, SCOPE(EVERYWHERE));
    s.uses[at][0].leaf = leaf(at);
    bad_at(at, CBI_REASON_NAMES_NOTHING);

    begin(); /* a later entry */
    opened();
    at = converted(0, SCOPE(EVERYWHERE));
    record = award();
    use(at, 0, record, SCOPE(EVERYWHERE), LOST);
    bad_at(at, CBI_REASON_NAMES_NOTHING);

    begin(); /* no award */
    opened();
    bad_at(converted(0, SCOPE(EVERYWHERE)), CBI_REASON_NAMES_NOTHING);

    begin(); /* far beyond the chain */
    opened();
    at = converted(award(), SCOPE(EVERYWHERE));
    s.uses[at][0].sequence = UINT64_MAX;
    bad_at(at, CBI_REASON_NAMES_NOTHING);

    begin(); /* a change of what is no conversion */
    opened();
    record = award();
    bad_at(conversion_changed(record, KIND(CONVERSION_SUSPENDED), false),
           CBI_REASON_NAMES_NOTHING);
}

Test(usage, a_withheld_award_is_followed_all_the_same)
{
    uint32_t record;

    begin();
    opened();
    record = award();
    s.entries[record].kind = 0;
    s.entries[record].body = NULL;
    converted(record, SCOPE(EVERYWHERE));
    good();
    cr_expect_eq(cbi_usage_listed(&s.usage, record), LISTED(CONSUMED));
    cbi_usage_clear(&s.usage);
}

Test(usage, no_record_has_more_uses_than_the_limit)
{
    static cbi_usage_entry entries[2 + CBI_RECORD_USES_MAX + 1];
    uint32_t first;

    begin();
    opened();
    first = converted(award(), SCOPE(COUNTED));
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
        entries[i] = s.entries[i < 2 ? i : first];
    s.usage.entries = entries;
    s.chains[0].count = 2 + CBI_RECORD_USES_MAX;
    good();
    cbi_usage_clear(&s.usage);
    s.chains[0].count++;
    cr_expect_eq(cbi_usage_settle(&s.usage, &err), CBANK_E_TOO_LARGE);
}

/* ---- merged accounts --------------------------------------------------------------------- */

static uint32_t merged(uint64_t joined_at)
{
    s.chains[s.usage.chain_count].merged_into = 1;
    s.chains[s.usage.chain_count].joined_at = joined_at;
    s.usage.chain_count++;
    return opened();
}

Test(usage, a_conversion_may_use_records_of_an_account_merged_in_before)
{
    for (uint64_t joined_at = 1; joined_at < 4; joined_at++) {
        uint32_t conversion, record;

        begin();
        opened();
        award();
        conversion = converted(1, SCOPE(EVERYWHERE)); /* sequence 2 */
        award();
        merged(joined_at);
        record = award();
        use(conversion, 0, record, SCOPE(EVERYWHERE), LOST);
        if (joined_at > 1) {
            bad_at(conversion, CBI_REASON_NAMES_NOTHING);
            continue;
        }
        good();
        cr_expect_eq(cbi_usage_listed(&s.usage, record), LISTED(CONSUMED));
        cbi_usage_clear(&s.usage);
    }
}

Test(usage, what_a_merged_chain_used_cannot_be_used_again_where_it_went)
{
    uint32_t conversion, record;

    begin();
    opened();
    award();
    conversion = converted(1, SCOPE(EVERYWHERE));
    merged(1);
    record = award();
    converted(record, SCOPE(EVERYWHERE));
    use(conversion, 0, record, SCOPE(EVERYWHERE), LOST);
    bad_at(conversion, CBI_REASON_RECORD_USED_UP);
}

Test(usage, what_went_with_a_merger_undone_may_be_gone)
{
    uint32_t conversion;

    begin();
    opened();
    conversion = converted(0, SCOPE(EVERYWHERE));
    s.uses[conversion][0].leaf = sample_bytes(7, 32);
    s.entries[conversion].detached = true;
    good();
    cbi_usage_clear(&s.usage);
}

/* ---- transfers --------------------------------------------------------------------------- */

Test(usage, every_ending_of_an_offer_frees_or_moves_each_record)
{
    static const struct {
        int kind;
        size_t named;
        int one, two;
    } ends[] = {
        {KIND(TRANSFER_ACCEPTED), 0, LISTED(TRANSFERRED), LISTED(TRANSFERRED)},
        {KIND(TRANSFER_PARTLY_ACCEPTED), 1, LISTED(TRANSFERRED), LISTED(UNSPECIFIED)},
        {KIND(TRANSFER_DECLINED), 0, LISTED(UNSPECIFIED), LISTED(UNSPECIFIED)},
        {KIND(TRANSFER_EXPIRED), 0, LISTED(UNSPECIFIED), LISTED(UNSPECIFIED)},
    };

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        uint32_t records[2], offer;

        begin();
        opened();
        records[0] = award();
        records[1] = award();
        offer = offered(records, 2);
        good();
        cr_expect_eq(cbi_usage_listed(&s.usage, records[0]), LISTED(TRANSFERRED), "locked");
        cbi_usage_clear(&s.usage);
        ended(offer, ends[i].kind, records, ends[i].named);
        good();
        cr_expect_eq(cbi_usage_listed(&s.usage, records[0]), ends[i].one, "ending %zu", i);
        cr_expect_eq(cbi_usage_listed(&s.usage, records[1]), ends[i].two, "ending %zu", i);
        cbi_usage_clear(&s.usage);
        bad_at(ended(offer, ends[i].kind, records, ends[i].named), CBI_REASON_NAMES_NOTHING);
    }
}

Test(usage, what_is_offered_is_neither_used_nor_offered_nor_amended)
{
    uint32_t record;

    begin();
    opened();
    record = award();
    offered(&record, 1);
    bad_at(converted(record, SCOPE(COUNTED)), CBI_REASON_RECORD_OFFERED);

    begin();
    opened();
    record = award();
    offered(&record, 1);
    bad_at(offered(&record, 1), CBI_REASON_RECORD_OFFERED);

    begin();
    opened();
    record = award();
    offered(&record, 1);
    bad_at(changed(record, ACTION(SUPERSEDE)), CBI_REASON_RECORD_OFFERED);

    begin(); /* but its institution may take it away wherever it is */
    opened();
    record = award();
    offered(&record, 1);
    changed(record, ACTION(REVOKE));
    good();
    cr_expect_eq(cbi_usage_listed(&s.usage, record), LISTED(REVOKED));
    cbi_usage_clear(&s.usage);
}

Test(usage, what_is_consumed_is_not_offered_and_what_is_counted_may_be)
{
    uint32_t record;

    begin();
    opened();
    record = award();
    converted(record, SCOPE(PROGRAMME));
    bad_at(offered(&record, 1), CBI_REASON_RECORD_USED_UP);

    begin();
    opened();
    record = award();
    converted(record, SCOPE(COUNTED));
    ended(offered(&record, 1), KIND(TRANSFER_ACCEPTED), NULL, 0);
    good();
    cbi_usage_clear(&s.usage);
}

Test(usage, what_has_gone_comes_back_only_by_what_it_went_under)
{
    uint32_t records[2], offer;

    begin();
    opened();
    records[0] = award();
    records[1] = award();
    offer = offered(records, 2);
    ended(offer, KIND(TRANSFER_ACCEPTED), NULL, 0);
    ended(offer, KIND(TRANSFER_RETURNED), &records[1], 1);
    good();
    cr_expect_eq(cbi_usage_listed(&s.usage, records[0]), LISTED(TRANSFERRED));
    cr_expect_eq(cbi_usage_listed(&s.usage, records[1]), LISTED(UNSPECIFIED));
    cbi_usage_clear(&s.usage);
    ended(offer, KIND(TRANSFER_RETURNED), &records[0], 1);
    good();
    cr_expect_eq(cbi_usage_listed(&s.usage, records[0]), LISTED(UNSPECIFIED));
    cbi_usage_clear(&s.usage);
    bad_at(ended(offer, KIND(TRANSFER_RETURNED), &records[0], 1), CBI_REASON_RECORD_NOT_OFFERED);
}

/* An old answer to one offer must not end a later one of the same record. */
Test(usage, an_answer_ends_the_offer_that_it_names_and_no_other)
{
    uint32_t record, first;

    begin();
    opened();
    record = award();
    first = offered(&record, 1);
    ended(first, KIND(TRANSFER_DECLINED), NULL, 0);
    offered(&record, 1);
    bad_at(ended(first, KIND(TRANSFER_DECLINED), NULL, 0), CBI_REASON_NAMES_NOTHING);

    begin();
    opened();
    record = award();
    first = offered(&record, 1);
    ended(first, KIND(TRANSFER_ACCEPTED), NULL, 0);
    ended(first, KIND(TRANSFER_RETURNED), &record, 1);
    ended(offered(&record, 1), KIND(TRANSFER_ACCEPTED), NULL, 0);
    bad_at(ended(first, KIND(TRANSFER_RETURNED), &record, 1), CBI_REASON_NAMES_NOTHING);
}

Test(usage, only_a_bank_with_an_answer_ends_what_was_not_offered_by_letter)
{
    for (int letter = 0; letter < 2; letter++) {
        for (int answer = 0; answer < 2; answer++) {
            uint32_t record, offer, at;

            begin();
            opened();
            record = award();
            offer = offered(&record, 1);
            s.bodies[offer].offered.by_letter = letter;
            at = ended(offer, KIND(TRANSFER_EXPIRED), NULL, 0);
            if (!answer)
                s.bodies[at].ended.answer.len = 0;
            if (letter == answer) {
                bad_at(at, CBI_REASON_NAMES_NOTHING);
                continue;
            }
            good();
            cbi_usage_clear(&s.usage);
        }
    }
}

Test(usage, a_list_that_names_what_was_not_offered_is_refused)
{
    uint32_t records[2], offer;

    begin();
    opened();
    records[0] = award();
    records[1] = award();
    offer = offered(&records[0], 1);
    bad_at(ended(offer, KIND(TRANSFER_PARTLY_ACCEPTED), &records[1], 1), CBI_REASON_NAMES_NOTHING);

    begin();
    opened();
    records[0] = award();
    offer = offered(&records[0], 1);
    bad_at(ended(offer, KIND(TRANSFER_PARTLY_ACCEPTED), NULL, 0), CBI_REASON_NAMES_NOTHING);

    begin();
    opened();
    records[0] = award();
    offer = offered(&records[0], 1);
    bad_at(ended(offer, KIND(TRANSFER_ACCEPTED), records, 1), CBI_REASON_NAMES_NOTHING);
}

static uint32_t received(const char *origin)
{
    uint32_t at = add(KIND(CREDIT_RECEIVED), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD);

    cbank__v1__credit_received__init(&s.bodies[at].received);
    s.bodies[at].received.origin = cbi_message_string(origin);
    s.bodies[at].received.transfer = sample_bytes(3, 32);
    return at;
}

static uint32_t given_back(uint32_t record, const char *origin)
{
    uint32_t at = add(KIND(TRANSFER_GIVEN_BACK), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_USE);

    cbank__v1__transfer_given_back__init(&s.bodies[at].given_back);
    s.bodies[at].given_back.origin = cbi_message_string(origin);
    s.bodies[at].given_back.transfer = sample_bytes(3, 32);
    refer(at, 0, record);
    s.bodies[at].given_back.records = s.ref_lists[at];
    s.bodies[at].given_back.n_records = 1;
    return at;
}

Test(usage, what_came_from_another_bank_goes_back_there_and_nowhere_else)
{
    uint32_t record;

    begin();
    opened();
    record = received("one.example/credit");
    given_back(record, "one.example/credit");
    good();
    cr_expect_eq(cbi_usage_listed(&s.usage, record), LISTED(TRANSFERRED));
    cbi_usage_clear(&s.usage);
    bad_at(given_back(record, "one.example/credit"), CBI_REASON_RECORD_AWAY);

    begin();
    opened();
    record = received("one.example/credit");
    bad_at(given_back(record, "two.example/credit"), CBI_REASON_NAMES_NOTHING);

    begin();
    opened();
    bad_at(given_back(award(), "one.example/credit"), CBI_REASON_NAMES_NOTHING);

    begin();
    opened();
    record = received("one.example/credit");
    converted(record, SCOPE(EVERYWHERE));
    bad_at(given_back(record, "one.example/credit"), CBI_REASON_RECORD_USED_UP);
}
