package cbank;

import cbank.api.v1.PublicationInfo;
import cbank.api.v1.PublicationListRequest;
import cbank.api.v1.PublicationShowRequest;
import java.util.Optional;
import java.util.stream.Stream;

/** Published data: rule sets, programmes and what they build on. */
public final class Publications extends PublicationsCalls {
    Publications(Bank bank) {
        super(bank);
    }

    /** An edition by its name, "ID@EDITION"; or by "ID" the one in force today. */
    public Optional<PublicationInfo> show(String name) {
        return Optionals.found(
            () -> show(PublicationShowRequest.newBuilder().setName(name).build()));
    }

    /** What a request means, over all pages. */
    public Stream<PublicationInfo> all(PublicationListRequest request) {
        return Paging.stream(request, this::list, page -> page.getPublicationsList(),
            page -> !page.getMore() ? null : request.toBuilder().setAfter(page.getPublications(
                page.getPublicationsCount() - 1).getPublication()).build());
    }
}
