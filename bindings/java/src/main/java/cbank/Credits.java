package cbank;

import cbank.api.v1.CreditDraft;
import cbank.api.v1.CreditInfo;
import cbank.api.v1.CreditIssueRequest;
import cbank.api.v1.CreditListRequest;
import cbank.api.v1.CreditOutcome;
import cbank.api.v1.CreditShowRequest;
import cbank.v1.CreditRecord;
import java.util.Optional;
import java.util.stream.Stream;

/** Credit records: issued, imported, listed, changed. */
public final class Credits extends CreditsCalls {
    Credits(Bank bank) {
        super(bank);
    }

    /** Signs one record with the institution's key and deposits it. */
    public CreditOutcome issue(Key key, String institution, String account, CreditRecord record) {
        return issue(key, CreditIssueRequest.newBuilder().setInstitution(institution)
            .addDrafts(CreditDraft.newBuilder().setAccount(account).setRecord(record)).build())
            .getResults(0);
    }

    /** A record, if there is one of this id. */
    public Optional<CreditInfo> show(String id) {
        return Optionals.found(() -> show(CreditShowRequest.newBuilder().setId(id).build()));
    }

    /** The records of an account. */
    public Stream<CreditInfo> of(String account) {
        return all(CreditListRequest.newBuilder().setAccount(account).build());
    }

    /** The records that a request means, over all pages. */
    public Stream<CreditInfo> all(CreditListRequest request) {
        return Paging.stream(request, this::list, page -> page.getCreditsList(),
            page -> page.getNext() == 0 ? null
                : request.toBuilder().setAfter(page.getNext()).build());
    }
}
