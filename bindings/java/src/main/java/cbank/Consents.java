package cbank;

import cbank.api.v1.ConsentGiveRequest;
import cbank.api.v1.ConsentId;

/** Consents: what learners let be shown to whom, and who speaks for them. */
public final class Consents extends ConsentsCalls {
    Consents(Bank bank) {
        super(bank);
    }

    /** The learner's own, at the counter, to show all records and the name to a recipient until the
     * end of a day, yyyymmdd; "" is anyone. */
    public ConsentId give(String account, String recipient, int until) {
        return give(ConsentGiveRequest.newBuilder().setAccount(account).setRecipient(recipient)
            .setShowName(true).setUntil(until).build());
    }
}
