package cbank;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Lists that come page by page, as one stream; a page is asked for when it is come to. */
final class Paging {
    private Paging() {
    }

    /**
     * @param first   the first request
     * @param fetch   asks for a page
     * @param items   what is on it
     * @param further the request for the page after it, null if there is none
     */
    static <Q, P, T> Stream<T> stream(Q first, Function<Q, P> fetch, Function<P, List<T>> items,
        Function<P, Q> further) {
        Iterator<T> all = new Iterator<>() {
            private Q request = first;
            private Iterator<T> page = List.<T>of().iterator();

            @Override
            public boolean hasNext() {
                while (!page.hasNext() && request != null) {
                    P reply = fetch.apply(request);
                    page = items.apply(reply).iterator();
                    request = further.apply(reply);
                }
                return page.hasNext();
            }

            @Override
            public T next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return page.next();
            }
        };
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(all, 0), false);
    }
}
