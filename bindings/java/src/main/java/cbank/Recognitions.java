package cbank;

import cbank.api.v1.RecognitionInfo;
import cbank.api.v1.RecognitionListRequest;
import java.util.stream.Stream;

/** Recognitions: what institutions decided about records. */
public final class Recognitions extends RecognitionsCalls {
    Recognitions(Bank bank) {
        super(bank);
    }

    /** An account's, in the order in which they were entered. */
    public Stream<RecognitionInfo> of(String account) {
        RecognitionListRequest first =
            RecognitionListRequest.newBuilder().setAccount(account).build();
        return Paging.stream(first, this::list, page -> page.getRecognitionsList(),
            page -> page.getNext() == 0 ? null
                : first.toBuilder().setAfter(page.getNext()).build());
    }
}
