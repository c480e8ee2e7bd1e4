/* Requests to begin with, for the target `api`. */
#include "api/scene.h"
#include "fuzz/seeds.h"

#include "cbank/api/v1/case.pb-c.h"
#include "cbank/api/v1/consent.pb-c.h"
#include "cbank/api/v1/log.pb-c.h"
#include "cbank/api/v1/recognition.pb-c.h"
#include "cbank/api/v1/transcript.pb-c.h"

static void put_request(const char *name, const char *call, const void *message)
{
    cbank_buffer bytes = scene_pack(message);

    seed_chosen("api", name, fuzz_api_number(call), cbi_bytes_of_buffer(&bytes));
    cbank_buffer_clear(&bytes);
}

static void put_person(void)
{
    Cbank__Api__V1__LearnerOpenRequest request = CBANK__API__V1__LEARNER_OPEN_REQUEST__INIT;
    Cbank__Api__V1__Person person = CBANK__API__V1__PERSON__INIT, *persons[] = {&person};
    Cbank__Api__V1__PersonName name = CBANK__API__V1__PERSON_NAME__INIT, *names[] = {&name};
    Cbank__Api__V1__PersonDocument document = CBANK__API__V1__PERSON_DOCUMENT__INIT,
                                   *documents[] = {&document};

    name.value = scene_text("王二");
    name.kind = CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT;
    document.type = scene_text("cn-id");
    document.number = scene_text("360302190001010026");
    person.names = names;
    person.documents = documents;
    person.n_names = person.n_documents = 1;
    request.persons = persons;
    request.n_persons = 1;
    request.assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN;
    request.dry_run = true;
    put_request("learner-open", "learner_open", &request);
}

static void put_credit(const char *account)
{
    Cbank__Api__V1__CreditIssueRequest request = CBANK__API__V1__CREDIT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__CreditDraft draft = CBANK__API__V1__CREDIT_DRAFT__INIT, *drafts[] = {&draft};
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT, *titles[] = {&title};
    Cbank__V1__Amount amount = CBANK__V1__AMOUNT__INIT, *amounts[] = {&amount};

    title.lang = scene_text("zh");
    title.value = scene_text("陶瓷工艺");
    amount.unit = scene_text("credit");
    amount.milli = 3500;
    record.reference = scene_text("R-1");
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record.title = titles;
    record.amounts = amounts;
    record.n_title = record.n_amounts = 1;
    draft.account = scene_text(account);
    draft.record = &record;
    request.institution = scene_text(SCENE_INSTITUTION);
    request.drafts = drafts;
    request.n_drafts = 1;
    put_request("credit-issue", "credit_issue", &request);
    request.dry_run = true;
    put_request("credit-issue-dry", "credit_issue", &request);
}

/* A case of the learner's, and a letter from outside. */
static void put_hearing(const char *account)
{
    Cbank__Api__V1__CaseSignRequest request = CBANK__API__V1__CASE_SIGN_REQUEST__INIT;
    Cbank__V1__CaseStep step = CBANK__V1__CASE_STEP__INIT;
    Cbank__V1__CaseApplication application = CBANK__V1__CASE_APPLICATION__INIT;
    Cbank__Api__V1__CaseListRequest list = CBANK__API__V1__CASE_LIST_REQUEST__INIT;
    Cbank__Api__V1__RecognitionNoteRequest note = CBANK__API__V1__RECOGNITION_NOTE_REQUEST__INIT;
    Cbank__V1__OutsideNotice notice = CBANK__V1__OUTSIDE_NOTICE__INIT;
    char *records[] = {scene_text("7-0123456789abcdef")};

    application.account = note.account = list.account = scene_text(account);
    step.institution = scene_text(SCENE_INSTITUTION);
    step.number = scene_text("2026-17");
    step.act = CBANK__V1__CASE_ACT__CASE_ACT_OPEN;
    step.application = &application;
    step.due_on = 20260401;
    request.step = &step;
    put_request("case-open", "case_act", &request);
    step.act = CBANK__V1__CASE_ACT__CASE_ACT_ACCEPT;
    step.application = NULL;
    put_request("case-accept", "case_act", &request);
    put_request("case-list", "case_list", &list);
    notice.recogniser = scene_text("outside");
    notice.document = scene_text("L-1");
    notice.on = 20260301;
    note.notice = &notice;
    note.records = records;
    note.n_records = 1;
    put_request("recognition-note", "recognition_note", &note);
}

static void put_readings(story *it, const char *account)
{
    Cbank__Api__V1__LearnerFindRequest find = CBANK__API__V1__LEARNER_FIND_REQUEST__INIT;
    Cbank__Api__V1__LearnerShowRequest show = CBANK__API__V1__LEARNER_SHOW_REQUEST__INIT;
    Cbank__Api__V1__CreditListRequest list = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    Cbank__Api__V1__TranscriptIssueRequest issue = CBANK__API__V1__TRANSCRIPT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__DisclosureGround ground = CBANK__API__V1__DISCLOSURE_GROUND__INIT;
    Cbank__Api__V1__Order order = CBANK__API__V1__ORDER__INIT;
    Cbank__Api__V1__TranscriptShowRequest glance = CBANK__API__V1__TRANSCRIPT_SHOW_REQUEST__INIT;
    Cbank__Api__V1__VerifierRequest verifier = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    Cbank__Api__V1__ConsistencyRequest join = CBANK__API__V1__CONSISTENCY_REQUEST__INIT;

    find.document_type = scene_text("cn-id");
    find.document_number = scene_text("440524188001010014");
    put_request("learner-find", "learner_find", &find);
    show.account = list.account = issue.account = scene_text(account);
    ground.basis = scene_text("legal-duty");
    order.document = scene_text("T-1");
    issue.ground = &ground;
    issue.order = &order;
    show.with_person = issue.show_name = issue.show_number = true;
    list.limit = 10;
    put_request("learner-show", "learner_show", &show);
    put_request("credit-list", "credit_list", &list);
    put_request("transcript-issue", "transcript_issue", &issue);
    join.from = 1;
    join.to = 2;
    put_request("log-consistency", "log_consistency", &join);
    glance.file = cbi_message_data(
        paper_make(it->world, &it->friend, &(paper_terms){.evidence = true, .disclosed = true}));
    put_request("transcript-show", "transcript_show", &glance);
    verifier.directory = cbi_message_data(world_directory(it->world));
    put_request("verifier-open", "verifier_open", &verifier);
}

/* What the bank of the scene itself hands out and takes in. */
static void put_own(scene *stage, const char *account)
{
    Cbank__Api__V1__TranscriptIssueRequest issue = CBANK__API__V1__TRANSCRIPT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__DisclosureGround ground = CBANK__API__V1__DISCLOSURE_GROUND__INIT;
    Cbank__Api__V1__Order order = CBANK__API__V1__ORDER__INIT;
    Cbank__Api__V1__TranscriptVerifyRequest verify =
        CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    Cbank__Api__V1__ConsistencyRequest join = CBANK__API__V1__CONSISTENCY_REQUEST__INIT;
    Cbank__Api__V1__JoinRequest request = CBANK__API__V1__JOIN_REQUEST__INIT;
    Cbank__Api__V1__RotationRequest rotation = CBANK__API__V1__ROTATION_REQUEST__INIT;
    Cbank__V1__LangText name = CBANK__V1__LANG_TEXT__INIT, *names[] = {&name};
    Cbank__Api__V1__TranscriptIssueReply *issued;
    Cbank__Api__V1__CheckpointReply *newest;
    cbank_buffer bytes, reply = {0};

    fuzz_require(cbank_log_checkpoint(stage->bank, &reply, NULL) == CBANK_OK, "a checkpoint");
    newest = scene_unpack(&cbank__api__v1__checkpoint_reply__descriptor, &reply);
    join.seen = newest->note;
    put_request("log-seen", "log_consistency", &join);
    scene_free(newest);
    ground.basis = scene_text("legal-duty");
    order.document = scene_text("T-1");
    issue.ground = &ground;
    issue.order = &order;
    issue.account = scene_text(account);
    bytes = scene_pack(&issue);
    fuzz_require(cbank_transcript_issue(stage->bank, bytes.data, bytes.size, &reply, NULL) ==
                     CBANK_OK,
                 "a transcript is issued");
    issued = scene_unpack(&cbank__api__v1__transcript_issue_reply__descriptor, &reply);
    verify.file = issued->file;
    verify.any_recipient = true;
    put_request("transcript-verify", "transcript_verify", &verify);
    scene_free(issued);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    name.lang = scene_text("zh");
    name.value = scene_text("另一所学院");
    request.origin = rotation.origin = stage->origin;
    request.institution = rotation.institution = scene_text("NCU");
    request.names = names;
    request.n_names = 1;
    put_request("institution-request", "institution_request", &request);
    put_request("institution-rotation", "institution_rotation", &rotation);
}

static void tell(scene *stage, cbank_status (*call)(cbank_bank *, const uint8_t *, size_t,
                                                    cbank_buffer *, cbank_error *),
                 const void *request)
{
    cbank_buffer bytes = scene_pack(request), reply = {0};

    fuzz_require(call(stage->bank, bytes.data, bytes.size, &reply, NULL) == CBANK_OK,
                 "it is entered");
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
}

/* What the bank has been told of both, as a directory says it. */
static void put_directory(scene *stage, const Cbank__Api__V1__RegisterRequest *entered,
                          const Cbank__Api__V1__GrantRequest *granted)
{
    cbank_buffer directory;

    tell(stage, cbank_institution_register, entered);
    tell(stage, cbank_institution_grant, granted);
    directory = scene_directory(stage);
    seed_file("directory", "directory-of-grants", cbi_bytes_of_buffer(&directory), 7);
    cbank_buffer_clear(&directory);
}

/* A street's centre, for which the college signs: one request of each sort. */
static void put_standing(scene *stage)
{
    Cbank__Api__V1__RegisterRequest entered = CBANK__API__V1__REGISTER_REQUEST__INIT;
    Cbank__Api__V1__DescribeRequest described = CBANK__API__V1__DESCRIBE_REQUEST__INIT;
    Cbank__Api__V1__DelegationRequest asked = CBANK__API__V1__DELEGATION_REQUEST__INIT;
    Cbank__Api__V1__GrantRequest granted = CBANK__API__V1__GRANT_REQUEST__INIT;
    Cbank__Api__V1__GrantEndRequest ended = CBANK__API__V1__GRANT_END_REQUEST__INIT;
    Cbank__Api__V1__InstitutionEndRequest end = CBANK__API__V1__INSTITUTION_END_REQUEST__INIT;
    Cbank__V1__InstitutionRole roles[] = {CBANK__V1__INSTITUTION_ROLE__INSTITUTION_ROLE_AWARDS};
    Cbank__V1__RecordType types[] = {CBANK__V1__RECORD_TYPE__RECORD_TYPE_COMMUNITY};
    Cbank__V1__LangText name = CBANK__V1__LANG_TEXT__INIT, *names[] = {&name};
    Cbank__V1__Delegation delegation = CBANK__V1__DELEGATION__INIT;
    Cbank__V1__Scope scope = CBANK__V1__SCOPE__INIT;

    name.lang = scene_text("zh");
    name.value = scene_text("街道学习中心");
    entered.institution = described.institution = scene_text("STREET");
    entered.names = described.names = names;
    entered.n_names = described.n_names = 1;
    entered.parent = scene_text(SCENE_INSTITUTION);
    put_request("institution-register", "institution_register", &entered);
    described.named_from = 20240101;
    described.roles = roles;
    described.n_roles = 1;
    put_request("institution-describe", "institution_describe", &described);
    delegation.signer = scene_text("STREET");
    delegation.types = scope.types = types;
    delegation.n_types = scope.n_types = 1;
    delegation.from = scope.from = 20240101;
    delegation.until = scope.until = 20241231;
    asked.origin = stage->origin;
    asked.institution = granted.institution = scene_text(SCENE_INSTITUTION);
    asked.delegation = &delegation;
    put_request("institution-delegation", "institution_delegation", &asked);
    granted.scope = &scope;
    put_request("institution-grant", "institution_grant", &granted);
    ended.institution = end.institution = granted.institution;
    ended.granted_index = 3;
    ended.ended_on = end.ended_on = 20240630;
    put_request("institution-grant-end", "institution_grant_end", &ended);
    end.final_on = 20240731;
    put_request("institution-end", "institution_end", &end);
    put_directory(stage, &entered, &granted);
}

/* Consents, who gives them, and what was shown under them. */
static void put_consents(char *account)
{
    Cbank__Api__V1__ConsentGiveRequest give = CBANK__API__V1__CONSENT_GIVE_REQUEST__INIT;
    Cbank__Api__V1__ConsentWithdrawRequest withdraw =
        CBANK__API__V1__CONSENT_WITHDRAW_REQUEST__INIT;
    Cbank__Api__V1__ConsentListRequest list = CBANK__API__V1__CONSENT_LIST_REQUEST__INIT;
    Cbank__Api__V1__AgentAuthoriseRequest agent = CBANK__API__V1__AGENT_AUTHORISE_REQUEST__INIT;
    Cbank__Api__V1__AgentEndRequest gone = CBANK__API__V1__AGENT_END_REQUEST__INIT;
    Cbank__Api__V1__PersonAgent who = CBANK__API__V1__PERSON_AGENT__INIT;
    Cbank__Api__V1__Order order = CBANK__API__V1__ORDER__INIT;

    give.account = withdraw.account = list.account = agent.account = gone.account = account;
    give.recipient = scene_text("NCU");
    give.until = agent.until = 20991231;
    give.show_name = true;
    put_request("consent-give", "consent_give", &give);
    withdraw.consent = gone.agent = scene_text("5-0123456789abcdef");
    withdraw.recall = true;
    put_request("consent-withdraw", "consent_withdraw", &withdraw);
    list.limit = 2;
    put_request("consent-list", "consent_list", &list);
    who.name = scene_text("王二");
    who.document_type = scene_text("cn-id");
    who.document_number = scene_text("360302190001010026");
    who.relation = scene_text("daughter");
    order.document = scene_text("M-1");
    agent.role = CBANK__V1__AGENT_ROLE__AGENT_ROLE_AGENT;
    agent.agent = &who;
    agent.order = &order;
    put_request("consent-authorise", "consent_authorise", &agent);
    put_request("consent-end", "consent_end", &gone);
}

static void put_disclosures(char *account)
{
    Cbank__Api__V1__TranscriptListRequest list = CBANK__API__V1__TRANSCRIPT_LIST_REQUEST__INIT;
    Cbank__Api__V1__TranscriptExtendRequest extend =
        CBANK__API__V1__TRANSCRIPT_EXTEND_REQUEST__INIT;
    Cbank__Api__V1__TranscriptWithdrawRequest withdraw =
        CBANK__API__V1__TRANSCRIPT_WITHDRAW_REQUEST__INIT;
    Cbank__Api__V1__CreditExportRequest records = CBANK__API__V1__CREDIT_EXPORT_REQUEST__INIT;

    list.account = account;
    put_request("transcript-list", "transcript_list", &list);
    extend.code = withdraw.code = scene_text("ABCD2345EFGH");
    extend.expires_at = 4102444800;
    put_request("transcript-extend", "transcript_extend", &extend);
    put_request("transcript-withdraw", "transcript_withdraw", &withdraw);
    records.institution = scene_text(SCENE_INSTITUTION);
    records.format = scene_text("zhengfang");
    put_request("credit-export", "credit_export", &records);
    records.encoding = scene_text("gb18030");
    records.format = scene_text("shanghai");
    put_request("credit-export-gb", "credit_export", &records);
}

void seeds_of_requests(story *it)
{
    scene stage;
    char account[17];

    scene_begin(&stage, "sha256-ed25519");
    scene_learner(&stage, "李一", "440524188001010014", account);
    put_person();
    put_credit(account);
    put_hearing(account);
    put_readings(it, account);
    put_own(&stage, account);
    put_standing(&stage);
    put_consents(account);
    put_disclosures(account);
    scene_end(&stage);
}
