/* What a partner makes of a directory alone: who could award, and who could sign for whom. */
#include "proof/grant.h"

#include <criterion/criterion.h>

#include <string.h>

#include "base/error.h"

#define RECEIVED 100 /* where the receipt stands, */
#define DAY 20240701 /* and on which day */

/* A directory of a college and of a street's centre, for which the college signs. */
static struct {
    cbi_directory directory;
    Cbank__V1__DirectoryHead head;
    cbi_directory_institution institutions[2];
    Cbank__V1__DirectoryInstitution college, street;
    Cbank__V1__Delegation delegation, *delegations[1];
    Cbank__V1__Scope scope, *scopes[1];
    Cbank__V1__BatchHead batch;
    cbi_evidence evidence;
    Cbank__V1__CreditRecord record;
    Cbank__V1__Awarder awarder;
    cbi_directory_key keys[2]; /* of the centre */
    cbi_pinned_key pin;
    cbi_trust trust;
} it;

static uint8_t grant[32] = {7}, other[32] = {8};
static uint8_t request = 1; /* checked when a directory is opened */
static cbank_error err;

static char *text(const char *value)
{
    return cbi_message_string(value);
}

static void set_up(void)
{
    cbank__v1__directory_head__init(&it.head);
    it.head.version = 2;
    cbank__v1__directory_institution__init(&it.college);
    cbank__v1__directory_institution__init(&it.street);
    cbank__v1__delegation__init(&it.delegation);
    cbank__v1__scope__init(&it.scope);
    cbank__v1__batch_head__init(&it.batch);
    cbank__v1__credit_record__init(&it.record);
    cbank__v1__awarder__init(&it.awarder);
    it.college.institution = text("COLLEGE");
    it.street.institution = text("STREET");
    it.delegation.signer = text("COLLEGE");
    it.delegation.granted_index = 50;
    it.delegation.grant = (ProtobufCBinaryData){32, grant};
    it.delegations[0] = &it.delegation;
    it.street.delegations = it.delegations;
    it.street.n_delegations = 1;
    it.scope.granted_index = 50;
    it.scopes[0] = &it.scope;
    it.street.scopes = it.scopes;
    it.institutions[0].message = &it.college;
    it.institutions[1].message = &it.street;
    it.directory = (cbi_directory){
        .head = &it.head, .institutions = it.institutions, .institution_count = 2};
    it.batch.institution = text("COLLEGE");
    it.evidence.batch.head = &it.batch;
    it.evidence.index = RECEIVED;
    it.evidence.day = DAY;
    it.awarder.institution = text("STREET");
    it.record.awarded_by = &it.awarder;
    it.record.reference = text("1");
    it.record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COMMUNITY;
    it.record.awarded_on = 20240520;
    it.record.deposited_by = text("COLLEGE");
    it.record.delegation = (ProtobufCBinaryData){32, grant};
    it.trust = (cbi_trust){.directory = &it.directory};
}

static cbi_public key_of(uint8_t byte)
{
    return (cbi_public){.suite = CBI_SUITE_SHA256_ED25519, .size = 32, .bytes = {byte}};
}

/* The centre has asked for the delegation itself, under the first of two keys. */
static void ask(void)
{
    it.delegation.request = (ProtobufCBinaryData){1, &request};
    it.keys[0] = (cbi_directory_key){.key = key_of(1), .from_index = 10, .until_index = 60};
    it.keys[1] = (cbi_directory_key){.key = key_of(2), .from_index = 60, .joined = true};
    it.institutions[1].keys = it.keys;
    it.institutions[1].key_count = 2;
}

/* The verifier knows this key of an institution from another channel. */
static void pin(const char *code, uint8_t byte)
{
    cbi_public key = key_of(byte);

    strcpy(it.pin.institution, code);
    cr_assert_eq(cbi_public_fingerprint(&key, &it.pin.fingerprint, NULL), CBANK_OK);
    it.trust.pins = &it.pin;
    it.trust.pin_count = 1;
}

TestSuite(grant, .init = set_up);

/* The finer reason's word, or "" where it is allowed. */
static const char *refusal(cbi_proven *proven)
{
    cbank_status status = cbi_grant_check_record(&it.trust, &it.evidence, &it.record, 3, proven,
                                                 &err);

    if (status == CBANK_OK)
        return "";
    cr_expect_eq(status, CBANK_E_BAD_SEMANTICS);
    cr_expect_eq(err.reason, CBI_REASON_AWARD_NOT_ALLOWED);
    cr_expect_eq(err.where, 3);
    return err.detail;
}

#define ALLOWED(level)                                                                             \
    do {                                                                                           \
        cbi_proven proven = CBI_PROVEN_INSTITUTION;                                                \
        cr_expect_str_eq(refusal(&proven), "");                                                    \
        cr_expect_eq(proven, CBI_PROVEN_##level);                                                  \
    } while (0)
#define REFUSED(word)                                                                              \
    do {                                                                                           \
        cbi_proven proven = CBI_PROVEN_INSTITUTION;                                                \
        cr_expect_str_eq(refusal(&proven), word);                                                  \
    } while (0)

Test(grant, a_delegate_proves_it_no_better_than_the_bank_vouches)
{
    ALLOWED(VOUCHED);
}

Test(grant, what_the_awarder_asked_for_itself_is_its_own_word)
{
    cbi_directory_key key = {.from_index = 10};

    it.delegation.request = (ProtobufCBinaryData){1, &request};
    it.institutions[1].keys = &key;
    it.institutions[1].key_count = 1;
    ALLOWED(INSTITUTION);
    key.vouched = true;
    ALLOWED(VOUCHED);
    key = (cbi_directory_key){.from_index = 60};
    ALLOWED(VOUCHED); /* it was not its key then */
}

/* Whoever has stolen a key may hand on in its owner's name. */
Test(grant, what_was_asked_for_with_a_key_in_other_hands_is_nobodys_own_word)
{
    ask();
    it.keys[0].compromised_since = it.delegation.granted_index + 1;
    ALLOWED(INSTITUTION);
    it.keys[0].compromised_since = it.delegation.granted_index;
    ALLOWED(VOUCHED);
}

/* A bank that invents a key for a college may let another one sign for it instead. */
Test(grant, who_signs_for_a_college_does_not_lead_past_the_key_that_is_known_of_it)
{
    cbi_proven proven = CBI_PROVEN_INSTITUTION;

    ask();
    pin("STREET", 3);
    cr_expect_eq(cbi_grant_check_record(&it.trust, &it.evidence, &it.record, 3, &proven, &err),
                 CBANK_E_UNTRUSTED_KEY);
    cr_expect_eq(err.reason, CBI_REASON_PINNED_KEY_DIFFERS);
    cr_expect_str_eq(err.object, "STREET");
    it.delegation.request = (ProtobufCBinaryData){0, NULL};
    cr_expect_eq(cbi_grant_check_record(&it.trust, &it.evidence, &it.record, 3, &proven, &err),
                 CBANK_E_UNTRUSTED_KEY, "nor on the bank's word");
}

/* What is proven of a record is the weaker of two words: the signer's, and that it may sign. */
Test(grant, it_is_proven_by_a_known_key_where_both_are_known)
{
    cbi_proven proven = CBI_PROVEN_PINNED; /* the signer's own key is */

    ask();
    cr_expect_str_eq(refusal(&proven), "");
    cr_expect_eq(proven, CBI_PROVEN_INSTITUTION);
    pin("STREET", 1);
    proven = CBI_PROVEN_PINNED;
    cr_expect_str_eq(refusal(&proven), "");
    cr_expect_eq(proven, CBI_PROVEN_PINNED);
    proven = CBI_PROVEN_INSTITUTION; /* it does not lift what the signer is worth */
    cr_expect_str_eq(refusal(&proven), "");
    cr_expect_eq(proven, CBI_PROVEN_INSTITUTION);
    pin("STREET", 2);
    proven = CBI_PROVEN_PINNED;
    cr_expect_str_eq(refusal(&proven), "");
    cr_expect_eq(proven, CBI_PROVEN_INSTITUTION, "a key before the one that is known");
}

Test(grant, a_change_rests_on_the_same_word)
{
    const cbi_mandate_signer signer = {"COLLEGE", RECEIVED, DAY, 20240630};
    Cbank__V1__ChangeAction action = CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REINSTATE;
    cbi_proven word;
    bool allowed;

#define CHANGE()                                                                                   \
    cbi_grant_check_change(&it.trust, &signer, &it.record, action, &allowed, &word, &err)
    cr_expect_eq(CHANGE(), CBANK_OK);
    cr_expect(allowed && word == CBI_PROVEN_VOUCHED);
    ask();
    cr_expect_eq(CHANGE(), CBANK_OK);
    cr_expect(allowed && word == CBI_PROVEN_INSTITUTION);
    pin("STREET", 1);
    cr_expect_eq(CHANGE(), CBANK_OK);
    cr_expect(allowed && word == CBI_PROVEN_PINNED);
    it.keys[0].compromised_since = it.delegation.granted_index;
    cr_expect_eq(CHANGE(), CBANK_OK);
    cr_expect(allowed && word == CBI_PROVEN_VOUCHED);
    pin("STREET", 3);
    cr_expect_eq(CHANGE(), CBANK_E_UNTRUSTED_KEY);
    it.delegation.signer = text("OTHER");
    cr_expect_eq(CHANGE(), CBANK_OK);
    cr_expect_not(allowed);
#undef CHANGE
}

Test(grant, nobody_signs_under_a_grant_that_is_another_ones_or_came_later)
{
    it.record.delegation = (ProtobufCBinaryData){32, other};
    REFUSED("DELEGATION_MISSING");
    it.record.delegation = (ProtobufCBinaryData){0, NULL};
    REFUSED("DELEGATION_MISSING");
    it.record.delegation = (ProtobufCBinaryData){32, grant};
    it.delegation.granted_index = RECEIVED + 1;
    REFUSED("DELEGATION_MISSING");
    it.delegation.granted_index = 50;
    it.delegation.signer = text("OTHER");
    REFUSED("DELEGATION_MISSING");
}

Test(grant, the_day_of_the_receipt_counts_with_the_night_before)
{
    it.delegation.until = DAY;
    ALLOWED(VOUCHED);
    it.delegation.until = 20240630;
    ALLOWED(VOUCHED); /* received past midnight */
    it.delegation.until = 20240629;
    REFUSED("DELEGATION_PERIOD");
    it.delegation.until = 0;
    it.delegation.ended_index = RECEIVED + 1;
    it.delegation.ended_on = 20240101;
    ALLOWED(VOUCHED); /* it ended after the receipt, whatever day was said */
    it.delegation.ended_index = RECEIVED - 1;
    REFUSED("DELEGATION_PERIOD");
}

Test(grant, what_was_out_of_scope_is_refused_though_the_bank_took_it)
{
    it.street.n_scopes = 1;
    it.scope.until = 20240519;
    REFUSED("AWARD_SCOPE");
    it.scope.until = 20240520;
    ALLOWED(VOUCHED);
    it.scope.until = 20240519;
    it.scope.granted_index = RECEIVED + 1;
    ALLOWED(VOUCHED); /* what was granted later restricts nothing that came before */
    it.scope.granted_index = 50;
    it.record.supersedes = (ProtobufCBinaryData){32, other};
    ALLOWED(VOUCHED); /* an amendment was judged when it was first awarded */
}

Test(grant, who_awards_itself_needs_no_grant_but_its_scope)
{
    it.batch.institution = text("STREET");
    it.record.deposited_by = text("");
    it.record.delegation = (ProtobufCBinaryData){0, NULL};
    ALLOWED(INSTITUTION);
    it.street.n_scopes = 1;
    it.scope.from = 20240521;
    REFUSED("AWARD_SCOPE");
}

Test(grant, an_awarder_that_is_not_listed_is_not_known)
{
    cbi_proven proven = CBI_PROVEN_INSTITUTION;

    it.awarder.institution = text("NOBODY");
    cr_expect_eq(cbi_grant_check_record(&it.trust, &it.evidence, &it.record, 3, &proven, &err),
                 CBANK_E_UNTRUSTED_KEY);
    cr_expect_eq(err.reason, CBI_REASON_INSTITUTION_UNKNOWN);
}

Test(grant, a_request_asks_for_exactly_what_was_granted)
{
    Cbank__V1__RequestHead head = CBANK__V1__REQUEST_HEAD__INIT;
    Cbank__V1__Delegation asked = CBANK__V1__DELEGATION__INIT;

    asked.signer = text("COLLEGE");
    head.delegation = &asked;
    cr_expect(cbi_grant_is_asked(&head, &it.delegation, NULL), "whatever has become of it");
    it.delegation.ended_index = 60;
    it.delegation.ended_on = 20240101;
    cr_expect(cbi_grant_is_asked(&head, &it.delegation, NULL));
    it.delegation.until = 20991231;
    cr_expect(!cbi_grant_is_asked(&head, &it.delegation, NULL));
    it.delegation.until = 0;
    it.delegation.signer = text("OTHER");
    cr_expect(!cbi_grant_is_asked(&head, &it.delegation, NULL));
}
