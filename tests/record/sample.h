/* sample.h - a credit record and statement bodies with nothing wrong, to be spoilt one by one. */
#ifndef CBI_TESTS_RECORD_SAMPLE_H
#define CBI_TESTS_RECORD_SAMPLE_H

#include "wire/message.h"

#include "cbank/v1/case.pb-c.h"
#include "cbank/v1/consent.pb-c.h"
#include "cbank/v1/conversion.pb-c.h"
#include "cbank/v1/enrolment.pb-c.h"
#include "cbank/v1/record.pb-c.h"
#include "cbank/v1/statement.pb-c.h"
#include "cbank/v1/transfer.pb-c.h"

#define SAMPLE_ACCOUNT "1234567890123428"
#define SAMPLE_OTHER_ACCOUNT "0000000000000195"

/* `size` bytes of `value`, which live as long as the program; at most 80. */
ProtobufCBinaryData sample_bytes(uint8_t value, size_t size);

/* A record with every field filled, and room to spoil each: all of it is the struct's own. */
typedef struct sample_record {
    Cbank__V1__CreditRecord record;
    Cbank__V1__Awarder awarded_by;
    Cbank__V1__Awarder co_awarded_by;
    Cbank__V1__OrganisationId id;
    Cbank__V1__LangText title;
    Cbank__V1__Amount amounts[2];
    Cbank__V1__Grade grade;
    Cbank__V1__Component component;
    Cbank__V1__Level level;
    Cbank__V1__Code code;
    Cbank__V1__Attendance attendance;
    Cbank__V1__Placing placing;
    Cbank__V1__Project project;
    Cbank__V1__SupportingDocument evidence;
    Cbank__V1__BasedOn based_on;
    Cbank__V1__Attribute attributes[2];
    /* lists of the record */
    Cbank__V1__Awarder *co_awarders[1];
    Cbank__V1__LangText *titles[1];
    Cbank__V1__Amount *amount_list[2];
    Cbank__V1__Component *components[1];
    Cbank__V1__Level *levels[1];
    Cbank__V1__Code *classifications[1];
    Cbank__V1__SupportingDocument *documents[1];
    Cbank__V1__BasedOn *bases[1];
    Cbank__V1__Attribute *attribute_list[2];
} sample_record;

void sample_record_init(sample_record *sample);

/* An enrolment and a change of it, with every field filled. */
typedef struct sample_enrolment {
    Cbank__V1__PublicationRef programme;
    Cbank__V1__Code code;
    Cbank__V1__EnrolmentTerms terms;
    Cbank__V1__Enrolment enrolment;
    Cbank__V1__EnrolmentChange change;
} sample_enrolment;

void sample_enrolment_init(sample_enrolment *sample);

/* One body of each type. */
typedef struct sample_bodies {
    Cbank__V1__DatedName name;
    Cbank__V1__DatedName *names[1];
    Cbank__V1__AccountOpened account_opened;
    Cbank__V1__IdentityBound identity_bound;
    Cbank__V1__IdentityCorrected identity_corrected;
    Cbank__V1__IdentityUnbound identity_unbound;
    Cbank__V1__AccountChanged account_changed;
    Cbank__V1__Unmerged unmerged;
    Cbank__V1__AccountErased account_erased;
    Cbank__V1__MergedOut merged_out;
    Cbank__V1__MergedIn merged_in;
    Cbank__V1__CreditDeposited credit_deposited;
    Cbank__V1__CreditChanged credit_changed;
    Cbank__V1__Enrolled enrolled;
    Cbank__V1__EnrolmentChanged enrolment_changed;
    Cbank__V1__ClaimNoted claim_noted;
    Cbank__V1__CaseMoved case_moved;
    Cbank__V1__AgentAuthorised agent_authorised;
    Cbank__V1__AgentEnded agent_ended;
    Cbank__V1__RecordType consent_types[2];
    ProtobufCBinaryData records[2];
    Cbank__V1__PersonalDetail details[2];
    Cbank__V1__ConsentGiven consent_given;
    Cbank__V1__ConsentWithdrawn consent_withdrawn;
    Cbank__V1__DisclosureIssued disclosure_issued;
    Cbank__V1__DisclosureExtended disclosure_extended;
    Cbank__V1__DisclosureWithdrawn disclosure_withdrawn;
    Cbank__V1__PublicationRef ref;
    Cbank__V1__Published published;
    Cbank__V1__PublicationWithdrawn publication_withdrawn;
    Cbank__V1__InstitutionAdmitted institution_admitted;
    Cbank__V1__KeyRotated key_rotated;
    Cbank__V1__InstitutionChanged institution_changed;
    Cbank__V1__BatchReceived batch_received;
    Cbank__V1__InstitutionRegistered institution_registered;
    Cbank__V1__InstitutionDescribed institution_described;
    Cbank__V1__InstitutionRole roles[2];
    Cbank__V1__RecordType types[2];
    Cbank__V1__SuccessionPower powers[2];
    Cbank__V1__Scope scope;
    Cbank__V1__ScopeGranted scope_granted;
    Cbank__V1__Licence licence;
    Cbank__V1__LicenceGranted licence_granted;
    Cbank__V1__Delegation delegation;
    Cbank__V1__DelegationGranted delegation_granted;
    Cbank__V1__Succession succession;
    Cbank__V1__SuccessionGranted succession_granted;
    Cbank__V1__GrantEnded grant_ended;
    Cbank__V1__InstitutionEnded institution_ended;
    Cbank__V1__BankCreated bank_created;
    Cbank__V1__LogKeyBegun log_key_begun;
    Cbank__V1__RootKeySucceeded root_key_succeeded;
    Cbank__V1__LogKeyCompromised log_key_compromised;
    Cbank__V1__KeyReplaced key_replaced;
    Cbank__V1__KeyCompromised key_compromised;
    Cbank__V1__RecordUse uses[2], *use_list[2];
    Cbank__V1__EntryRef refs[2], *ref_list[2];
    Cbank__V1__ConversionRecognised conversion_recognised;
    Cbank__V1__ConversionChanged conversion_changed;
    Cbank__V1__ConversionReplaced conversion_replaced;
    Cbank__V1__ConversionNoted conversion_noted;
    Cbank__V1__CreditQuestioned credit_questioned;
    Cbank__V1__DecisionReceived decision_received;
    Cbank__V1__TransferOffered transfer_offered;
    Cbank__V1__TransferEnded transfer_ended;
    Cbank__V1__CreditReceived credit_received;
    Cbank__V1__TransferGivenBack transfer_given_back;
    Cbank__V1__TransferAnswered transfer_answered;
} sample_bodies;

void sample_bodies_init(sample_bodies *sample);
/* Those about institutions, which sample_bodies_init fills too; `names` are filled before. */
void sample_grants_init(sample_bodies *sample);
/* Those of the second chain among them. */
void sample_consents_init(sample_bodies *sample);
/* The body of that kind; fails the test if there is none. */
void *sample_body(sample_bodies *sample, int kind);

#endif
