package cbank;

import cbank.api.v1.LearnerEntry;
import cbank.api.v1.LearnerExportRequest;
import cbank.api.v1.LearnerFindRequest;
import cbank.api.v1.LearnerInfo;
import cbank.api.v1.LearnerOpenRequest;
import cbank.api.v1.LearnerShowRequest;
import cbank.api.v1.NameKind;
import cbank.api.v1.Person;
import cbank.api.v1.PersonDocument;
import cbank.api.v1.PersonName;
import java.util.Optional;
import java.util.stream.Stream;

/** Learners and their accounts. */
public final class Learners extends LearnersCalls {
    Learners(Bank bank) {
        super(bank);
    }

    /** Opens the one account of a person, or finds it; answers its number. */
    public String open(String name, String documentType, String documentNumber) {
        return open(LearnerOpenRequest.newBuilder().addPersons(Person.newBuilder()
            .addNames(PersonName.newBuilder().setValue(name).setKind(NameKind.NAME_KIND_CURRENT))
            .addDocuments(PersonDocument.newBuilder().setType(documentType)
                .setNumber(documentNumber))).build()).getResults(0).getAccount();
    }

    /** The account of whoever has this document, if there is one. */
    public Optional<LearnerInfo> find(String documentType, String documentNumber) {
        return Optionals.found(() -> find(LearnerFindRequest.newBuilder()
            .setDocumentType(documentType).setDocumentNumber(documentNumber).build()));
    }

    /** An account, if there is one of this number. */
    public Optional<LearnerInfo> show(String account) {
        return Optionals.found(
            () -> show(LearnerShowRequest.newBuilder().setAccount(account).build()));
    }

    /** Everything that is held about a person, entry by entry. */
    public Stream<LearnerEntry> entries(String account) {
        LearnerExportRequest.Builder ask = LearnerExportRequest.newBuilder().setAccount(account);
        return Paging.stream(ask.build(), this::export, page -> page.getEntriesList(),
            page -> page.getNext() == 0 ? null : ask.setAfter(page.getNext()).build());
    }
}
