#include "record/sample.h"

#include <criterion/criterion.h>

#include <string.h>

#include "record/kind.h"

ProtobufCBinaryData sample_bytes(uint8_t value, size_t size)
{
    static uint8_t pages[16][80];

    cr_assert(value < 16 && size <= sizeof(pages[0]));
    memset(pages[value], value + 1, sizeof(pages[0]));
    return (ProtobufCBinaryData){.len = size, .data = pages[value]};
}

static char *text(const char *value)
{
    return cbi_message_string(value);
}

static void fill_parts(sample_record *sample)
{
    cbank__v1__organisation_id__init(&sample->id);
    sample->id.scheme = text("school");
    sample->id.value = text("4136010403");
    cbank__v1__awarder__init(&sample->awarded_by);
    sample->awarded_by.institution = text("PXU");
    sample->awarded_by.name = text("萍乡学院");
    sample->awarded_by.id = &sample->id;
    sample->awarded_by.country = text("CHN");
    cbank__v1__awarder__init(&sample->co_awarded_by);
    sample->co_awarded_by.name = text("University of Example");
    cbank__v1__lang_text__init(&sample->title);
    sample->title.lang = text("zh");
    sample->title.value = text("高等数学");
    for (size_t i = 0; i < 2; i++) {
        cbank__v1__amount__init(&sample->amounts[i]);
        cbank__v1__attribute__init(&sample->attributes[i]);
        sample->attributes[i].value = text("1");
    }
    sample->amounts[0].unit = text("credit");
    sample->amounts[0].milli = 3500;
    sample->amounts[1].unit = text("hour");
    sample->amounts[1].milli = 56000;
    sample->attributes[0].key = text("a");
    sample->attributes[1].key = text("b");
    cbank__v1__grade__init(&sample->grade);
    sample->grade.kind = CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE;
    sample->grade.score_milli = 92000;
    sample->grade.max_milli = 100000;
    cbank__v1__component__init(&sample->component);
    sample->component.title = text("平时成绩");
    sample->component.amount = &sample->amounts[0];
    sample->component.grade = &sample->grade;
    cbank__v1__level__init(&sample->level);
    sample->level.framework = text("gd");
    sample->level.level_milli = 5000;
    sample->level.basis = CBANK__V1__LEVEL_BASIS__LEVEL_BASIS_ISSUER;
    cbank__v1__code__init(&sample->code);
    sample->code.scheme = text("GB/T 4658");
    sample->code.value = text("20");
}

static void fill_circumstances(sample_record *sample)
{
    cbank__v1__attendance__init(&sample->attendance);
    sample->attendance.permille = 950;
    sample->attendance.sessions = 20;
    sample->attendance.attended = 19;
    cbank__v1__placing__init(&sample->placing);
    sample->placing.rank = 1;
    sample->placing.team_size = 3;
    sample->placing.place_in_team = 2;
    sample->placing.contest_level = &sample->code;
    cbank__v1__project__init(&sample->project);
    sample->project.name = text("乡村教师培训");
    cbank__v1__supporting_document__init(&sample->evidence);
    sample->evidence.digest = sample_bytes(3, 32);
    sample->evidence.checked_on = 20240701;
    cbank__v1__based_on__init(&sample->based_on);
    sample->based_on.record = sample_bytes(4, 32);
}

static void fill_lists(sample_record *sample)
{
    Cbank__V1__CreditRecord *record = &sample->record;

    sample->co_awarders[0] = &sample->co_awarded_by;
    sample->titles[0] = &sample->title;
    sample->components[0] = &sample->component;
    sample->levels[0] = &sample->level;
    sample->classifications[0] = &sample->code;
    sample->documents[0] = &sample->evidence;
    sample->bases[0] = &sample->based_on;
    for (size_t i = 0; i < 2; i++) {
        sample->amount_list[i] = &sample->amounts[i];
        sample->attribute_list[i] = &sample->attributes[i];
    }
    record->n_co_awarded_by = 1;
    record->co_awarded_by = sample->co_awarders;
    record->n_title = 1;
    record->title = sample->titles;
    record->n_amounts = 2;
    record->amounts = sample->amount_list;
    record->n_components = 1;
    record->components = sample->components;
    record->n_levels = 1;
    record->levels = sample->levels;
    record->n_classifications = 1;
    record->classifications = sample->classifications;
    record->n_evidence = 1;
    record->evidence = sample->documents;
    record->n_based_on = 1;
    record->based_on = sample->bases;
    record->n_attributes = 2;
    record->attributes = sample->attribute_list;
}

void sample_record_init(sample_record *sample)
{
    Cbank__V1__CreditRecord *record = &sample->record;

    fill_parts(sample);
    fill_circumstances(sample);
    cbank__v1__credit_record__init(record);
    fill_lists(sample);
    record->version = 1;
    record->salt = sample_bytes(0, 16);
    record->holder = sample_bytes(1, 32);
    record->reference = text("2024-MATH-0017");
    record->revision = 2;
    record->supersedes = sample_bytes(2, 32);
    record->type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record->category = &sample->code;
    record->awarded_by = &sample->awarded_by;
    record->assurance = CBANK__V1__ASSURANCE__ASSURANCE_DOCUMENT_SEEN;
    record->deposited_by = text("PXOU");
    record->delegation = sample_bytes(5, 32);
    record->code = text("0801001");
    record->grade = &sample->grade;
    record->term = &sample->code;
    record->started_on = 20240226;
    record->ended_on = 20240628;
    record->assessed_on = 20240620;
    record->awarded_on = 20240701;
    record->expires_on = 20290000;
    record->language = text("zh-Hans");
    record->attendance = &sample->attendance;
    record->placing = &sample->placing;
    record->project = &sample->project;
    record->recognition = sample_bytes(6, 32);
}

static void fill_learner_bodies(sample_bodies *sample)
{
    cbank__v1__account_opened__init(&sample->account_opened);
    sample->account_opened.account = text(SAMPLE_ACCOUNT);
    sample->account_opened.opened_by = text("PXU");
    sample->account_opened.holder = sample_bytes(0, 32);
    sample->account_opened.assurance =
        CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN;
    cbank__v1__account_changed__init(&sample->account_changed);
    sample->account_changed.account = text(SAMPLE_ACCOUNT);
    cbank__v1__merged_out__init(&sample->merged_out);
    sample->merged_out.account = text(SAMPLE_ACCOUNT);
    sample->merged_out.into_tag = sample_bytes(1, 32);
    cbank__v1__merged_in__init(&sample->merged_in);
    sample->merged_in.account = text(SAMPLE_OTHER_ACCOUNT);
    sample->merged_in.from_account = text(SAMPLE_ACCOUNT);
    sample->merged_in.from_tag_random = sample_bytes(1, 32);
    sample->merged_in.from_sequence = 7;
    sample->merged_in.from_leaf = sample_bytes(2, 32);
    cbank__v1__credit_deposited__init(&sample->credit_deposited);
    sample->credit_deposited.account = text(SAMPLE_ACCOUNT);
    sample->credit_deposited.batch = sample_bytes(3, 32);
    sample->credit_deposited.index = 41;
    sample->credit_deposited.record = sample_bytes(4, 77);
    cbank__v1__credit_changed__init(&sample->credit_changed);
    sample->credit_changed.batch = sample_bytes(3, 32);
    sample->credit_changed.touched_sequence = 3;
    sample->credit_changed.touched_leaf = sample_bytes(5, 32);
    sample->credit_changed.change = sample_bytes(6, 55);
}

static void fill_references(sample_bodies *sample)
{
    for (size_t i = 0; i < 2; i++) {
        cbank__v1__record_use__init(&sample->uses[i]);
        sample->uses[i].sequence = 3 + i;
        sample->uses[i].leaf = sample_bytes(5, 32);
        sample->uses[i].scope = CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE;
        sample->uses[i].leftover = CBANK__V1__LEFTOVER__LEFTOVER_LOST;
        sample->use_list[i] = &sample->uses[i];
        cbank__v1__entry_ref__init(&sample->refs[i]);
        sample->refs[i].sequence = 3 + i;
        sample->refs[i].leaf = sample_bytes(5, 32);
        sample->ref_list[i] = &sample->refs[i];
    }
}

static void fill_conversions(sample_bodies *sample)
{
    cbank__v1__conversion_recognised__init(&sample->conversion_recognised);
    sample->conversion_recognised.account = text(SAMPLE_ACCOUNT);
    sample->conversion_recognised.recognition = sample_bytes(3, 32);
    sample->conversion_recognised.uses = sample->use_list;
    sample->conversion_recognised.n_uses = 2;
    cbank__v1__conversion_changed__init(&sample->conversion_changed);
    sample->conversion_changed.account = text(SAMPLE_ACCOUNT);
    sample->conversion_changed.touched_sequence = 5;
    sample->conversion_changed.touched_leaf = sample_bytes(6, 32);
    sample->conversion_changed.change = sample_bytes(7, 32);
    cbank__v1__conversion_replaced__init(&sample->conversion_replaced);
    sample->conversion_replaced.account = text(SAMPLE_ACCOUNT);
    sample->conversion_replaced.touched_sequence = 5;
    sample->conversion_replaced.touched_leaf = sample_bytes(6, 32);
    sample->conversion_replaced.by = sample_bytes(4, 32);
    cbank__v1__conversion_noted__init(&sample->conversion_noted);
    sample->conversion_noted.account = text(SAMPLE_ACCOUNT);
    sample->conversion_noted.notice = sample_bytes(4, 32);
    sample->conversion_noted.uses = sample->use_list;
    sample->conversion_noted.n_uses = 2;
    cbank__v1__credit_questioned__init(&sample->credit_questioned);
    sample->credit_questioned.account = text(SAMPLE_ACCOUNT);
    sample->credit_questioned.touched_sequence = 3;
    sample->credit_questioned.touched_leaf = sample_bytes(5, 32);
    cbank__v1__decision_received__init(&sample->decision_received);
    sample->decision_received.institution = text("PXU");
    sample->decision_received.decision = sample_bytes(3, 32);
    sample->decision_received.public_key = sample_bytes(1, 32);
}

static void fill_transfers(sample_bodies *sample)
{
    cbank__v1__transfer_offered__init(&sample->transfer_offered);
    sample->transfer_offered.account = text(SAMPLE_ACCOUNT);
    sample->transfer_offered.to = text("other.example/credit/sha256-ed25519/1");
    sample->transfer_offered.due_at = 1790000000;
    sample->transfer_offered.records = sample->ref_list;
    sample->transfer_offered.n_records = 2;
    cbank__v1__transfer_ended__init(&sample->transfer_ended);
    sample->transfer_ended.account = text(SAMPLE_ACCOUNT);
    sample->transfer_ended.touched_sequence = 9;
    sample->transfer_ended.touched_leaf = sample_bytes(6, 32);
    sample->transfer_ended.records = sample->ref_list;
    sample->transfer_ended.n_records = 2;
    sample->transfer_ended.answer = sample_bytes(7, 32);
    cbank__v1__credit_received__init(&sample->credit_received);
    sample->credit_received.account = text(SAMPLE_ACCOUNT);
    sample->credit_received.origin = text("other.example/credit/sha256-ed25519/1");
    sample->credit_received.transfer = sample_bytes(2, 32);
    sample->credit_received.batch = sample_bytes(3, 32);
    sample->credit_received.record = sample_bytes(4, 77);
    cbank__v1__transfer_given_back__init(&sample->transfer_given_back);
    sample->transfer_given_back.account = text(SAMPLE_ACCOUNT);
    sample->transfer_given_back.origin = text("other.example/credit/sha256-ed25519/1");
    sample->transfer_given_back.transfer = sample_bytes(2, 32);
    sample->transfer_given_back.records = sample->ref_list;
    sample->transfer_given_back.n_records = 2;
    cbank__v1__transfer_answered__init(&sample->transfer_answered);
    sample->transfer_answered.origin = text("other.example/credit/sha256-ed25519/1");
    sample->transfer_answered.transfer = sample_bytes(2, 32);
    sample->transfer_answered.outcome = CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_ACCEPTED;
    sample->transfer_answered.answer = sample_bytes(7, 32);
}

static void fill_account_bodies(sample_bodies *sample)
{
    cbank__v1__identity_bound__init(&sample->identity_bound);
    sample->identity_bound.account = text(SAMPLE_ACCOUNT);
    sample->identity_bound.holder = sample_bytes(7, 32);
    sample->identity_bound.assurance =
        CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN;
    cbank__v1__identity_corrected__init(&sample->identity_corrected);
    sample->identity_corrected.account = text(SAMPLE_ACCOUNT);
    sample->identity_corrected.holder = sample_bytes(8, 32);
    sample->identity_corrected.assurance =
        CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN;
    sample->identity_corrected.touched_leaf = sample_bytes(9, 32);
    cbank__v1__identity_unbound__init(&sample->identity_unbound);
    sample->identity_unbound.account = text(SAMPLE_ACCOUNT);
    sample->identity_unbound.touched_sequence = 4;
    sample->identity_unbound.touched_leaf = sample_bytes(10, 32);
    cbank__v1__unmerged__init(&sample->unmerged);
    sample->unmerged.account = text(SAMPLE_ACCOUNT);
    sample->unmerged.touched_sequence = 5;
    sample->unmerged.touched_leaf = sample_bytes(11, 32);
    cbank__v1__account_erased__init(&sample->account_erased);
    sample->account_erased.account = text(SAMPLE_ACCOUNT);
    sample->account_erased.complete_on = 20270101;
}

static void fill_ref(Cbank__V1__PublicationRef *ref)
{
    cbank__v1__publication_ref__init(ref);
    ref->kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME;
    ref->id = text("pxhlxy/nursing-3-2");
    ref->edition = 2;
    ref->digest = sample_bytes(7, 32);
}

void sample_enrolment_init(sample_enrolment *sample)
{
    Cbank__V1__EnrolmentTerms *terms = &sample->terms;

    fill_ref(&sample->programme);
    cbank__v1__code__init(&sample->code);
    sample->code.scheme = text("GB/T 4658");
    sample->code.value = text("61");
    cbank__v1__enrolment_terms__init(terms);
    terms->programme = &sample->programme;
    terms->cohort = text("2022");
    terms->level = &sample->code;
    terms->form = &sample->code;
    terms->started_on = 20220901;
    terms->planned_end = 20270700;
    terms->stage = 1;
    terms->status = &sample->code;
    terms->calendar = text("standard");
    cbank__v1__enrolment__init(&sample->enrolment);
    sample->enrolment.version = 1;
    sample->enrolment.salt = sample_bytes(0, 16);
    sample->enrolment.holder = sample_bytes(1, 32);
    sample->enrolment.institution = text("PXHLXY");
    sample->enrolment.reference = text("2022-0417");
    sample->enrolment.terms = terms;
    sample->enrolment.document = text("萍教字〔2022〕9号");
    sample->enrolment.continues = sample_bytes(2, 32);
    cbank__v1__enrolment_change__init(&sample->change);
    sample->change.version = 1;
    sample->change.salt = sample_bytes(3, 16);
    sample->change.enrolment = sample_bytes(4, 32);
    sample->change.revision = 2;
    sample->change.action = CBANK__V1__ENROLMENT_ACTION__ENROLMENT_ACTION_END;
    sample->change.terms = terms;
    sample->change.since = 20250630;
    sample->change.kind = &sample->code;
    sample->change.next_institution = text("PXGZ");
}

static void fill_rulebook_bodies(sample_bodies *sample)
{
    cbank__v1__enrolled__init(&sample->enrolled);
    sample->enrolled.account = text(SAMPLE_ACCOUNT);
    sample->enrolled.batch = sample_bytes(3, 32);
    sample->enrolled.index = 2;
    sample->enrolled.enrolment = sample_bytes(4, 70);
    cbank__v1__enrolment_changed__init(&sample->enrolment_changed);
    sample->enrolment_changed.account = text(SAMPLE_ACCOUNT);
    sample->enrolment_changed.batch = sample_bytes(3, 32);
    sample->enrolment_changed.touched_sequence = 4;
    sample->enrolment_changed.touched_leaf = sample_bytes(5, 32);
    sample->enrolment_changed.change = sample_bytes(6, 70);
    cbank__v1__claim_noted__init(&sample->claim_noted);
    sample->claim_noted.account = text(SAMPLE_ACCOUNT);
    sample->claim_noted.claim = sample_bytes(7, 32);
    cbank__v1__case_moved__init(&sample->case_moved);
    sample->case_moved.institution = text("PXU");
    sample->case_moved.number = text("2026-17");
    sample->case_moved.step = sample_bytes(2, 80);
    sample->case_moved.public_key = sample_bytes(1, 32);
    fill_ref(&sample->ref);
    cbank__v1__published__init(&sample->published);
    sample->published.publication = &sample->ref;
    sample->published.authority = text("JXEDU");
    sample->published.public_key = sample_bytes(1, 32);
    cbank__v1__publication_withdrawn__init(&sample->publication_withdrawn);
    sample->publication_withdrawn.publication = &sample->ref;
    sample->publication_withdrawn.authority = text("JXEDU");
    sample->publication_withdrawn.request = sample_bytes(2, 80);
    sample->publication_withdrawn.public_key = sample_bytes(1, 65);
}

static void fill_other_bodies(sample_bodies *sample)
{
    cbank__v1__dated_name__init(&sample->name);
    sample->name.lang = text("zh");
    sample->name.value = text("萍乡学院");
    sample->names[0] = &sample->name;
    cbank__v1__institution_admitted__init(&sample->institution_admitted);
    sample->institution_admitted.institution = text("PXU");
    sample->institution_admitted.n_names = 1;
    sample->institution_admitted.names = sample->names;
    sample->institution_admitted.public_key = sample_bytes(1, 32);
    cbank__v1__key_rotated__init(&sample->key_rotated);
    sample->key_rotated.institution = text("PXU");
    sample->key_rotated.public_key = sample_bytes(2, 65);
    sample->key_rotated.request = sample_bytes(3, 80);
    cbank__v1__key_replaced__init(&sample->key_replaced);
    sample->key_replaced.institution = text("PXU");
    sample->key_replaced.public_key = sample_bytes(2, 32);
    cbank__v1__key_compromised__init(&sample->key_compromised);
    sample->key_compromised.institution = text("PXU");
    sample->key_compromised.public_key = sample_bytes(1, 32);
    sample->key_compromised.since_index = 7;
    sample->key_compromised.since_at = 1700000000;
    cbank__v1__institution_changed__init(&sample->institution_changed);
    sample->institution_changed.institution = text("PXU");
    sample_grants_init(sample);
    cbank__v1__batch_received__init(&sample->batch_received);
    sample->batch_received.institution = text("PXU");
    sample->batch_received.batch = sample_bytes(3, 32);
    sample->batch_received.number = 1;
    sample->batch_received.taken = 1;
    sample->batch_received.public_key = sample_bytes(1, 32);
    cbank__v1__bank_created__init(&sample->bank_created);
    sample->bank_created.origin = text("bank.example/credit/sha256-ed25519/1");
    sample->bank_created.n_names = 1;
    sample->bank_created.names = sample->names;
    sample->bank_created.suite = CBANK__V1__SUITE__SUITE_SHA256_ED25519;
    sample->bank_created.root_key = sample_bytes(4, 32);
    sample->bank_created.log_key = sample_bytes(5, 32);
}

static void fill_key_bodies(sample_bodies *sample)
{
    cbank__v1__log_key_begun__init(&sample->log_key_begun);
    sample->log_key_begun.origin = text("bank.example/credit/sha256-ed25519/1");
    sample->log_key_begun.epoch = 2;
    sample->log_key_begun.earlier_key = sample_bytes(5, 32);
    sample->log_key_begun.public_key = sample_bytes(6, 32);
    sample->log_key_begun.size = 7;
    sample->log_key_begun.root = sample_bytes(7, 32);
    sample->log_key_begun.checkpoint = sample_bytes(8, 80);
    cbank__v1__root_key_succeeded__init(&sample->root_key_succeeded);
    sample->root_key_succeeded.origin = text("bank.example/credit/sha256-ed25519/1");
    sample->root_key_succeeded.succession = sample_bytes(9, 80);
    cbank__v1__log_key_compromised__init(&sample->log_key_compromised);
    sample->log_key_compromised.origin = text("bank.example/credit/sha256-ed25519/1");
    sample->log_key_compromised.public_key = sample_bytes(5, 32);
    sample->log_key_compromised.since_size = 5;
}

void sample_bodies_init(sample_bodies *sample)
{
    sample_consents_init(sample);
    fill_learner_bodies(sample);
    fill_references(sample);
    fill_conversions(sample);
    fill_transfers(sample);
    fill_account_bodies(sample);
    fill_rulebook_bodies(sample);
    fill_other_bodies(sample);
    fill_key_bodies(sample);
}

void *sample_body(sample_bodies *sample, int kind)
{
    ProtobufCMessage *const bodies[] = {
        &sample->account_opened.base,  &sample->account_changed.base,
        &sample->merged_out.base,      &sample->merged_in.base,
        &sample->credit_deposited.base, &sample->credit_changed.base,
        &sample->enrolled.base,        &sample->enrolment_changed.base,
        &sample->agent_authorised.base, &sample->agent_ended.base,
        &sample->consent_given.base,   &sample->consent_withdrawn.base,
        &sample->disclosure_issued.base, &sample->disclosure_extended.base,
        &sample->disclosure_withdrawn.base,
        &sample->claim_noted.base,     &sample->case_moved.base,
        &sample->published.base,
        &sample->publication_withdrawn.base,
        &sample->institution_admitted.base, &sample->key_rotated.base,
        &sample->institution_changed.base, &sample->batch_received.base,
        &sample->bank_created.base,    &sample->log_key_begun.base,
        &sample->root_key_succeeded.base, &sample->log_key_compromised.base,
        &sample->key_replaced.base,    &sample->key_compromised.base,
        &sample->institution_registered.base, &sample->institution_described.base,
        &sample->scope_granted.base, &sample->licence_granted.base,
        &sample->delegation_granted.base, &sample->succession_granted.base,
        &sample->grant_ended.base, &sample->institution_ended.base,
        &sample->conversion_recognised.base, &sample->conversion_changed.base,
        &sample->conversion_replaced.base, &sample->conversion_noted.base,
        &sample->credit_questioned.base, &sample->decision_received.base,
        &sample->transfer_offered.base, &sample->transfer_ended.base,
        &sample->credit_received.base, &sample->transfer_given_back.base,
        &sample->transfer_answered.base,
        &sample->bank_created.base, &sample->identity_bound.base,
        &sample->identity_corrected.base, &sample->identity_unbound.base,
        &sample->unmerged.base, &sample->account_erased.base,
    };
    const cbi_kind *row = cbi_kind_find(kind);

    for (size_t i = 0; row != NULL && i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        if (bodies[i]->descriptor == row->body)
            return bodies[i];
    }
    cr_assert_fail("no sample for the kind %d", kind);
    return NULL;
}
