package cbank;

import cbank.api.v1.BatchInfo;
import cbank.api.v1.BatchListRequest;
import java.util.stream.Stream;

/** Batches: what institutions signed at once. */
public final class Batches extends BatchesCalls {
    Batches(Bank bank) {
        super(bank);
    }

    /** An institution's, in the order of receipt; "" for everybody's. */
    public Stream<BatchInfo> of(String institution) {
        BatchListRequest first = BatchListRequest.newBuilder().setInstitution(institution).build();
        return Paging.stream(first, this::list, page -> page.getBatchesList(),
            page -> page.getNext() == 0 ? null
                : first.toBuilder().setAfter(page.getNext()).build());
    }
}
