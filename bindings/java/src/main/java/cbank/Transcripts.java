package cbank;

import cbank.api.v1.TranscriptIssueReply;
import cbank.api.v1.TranscriptIssueRequest;

/** Transcripts: one account, shown to one recipient. */
public final class Transcripts extends TranscriptsCalls {
    Transcripts(Bank bank) {
        super(bank);
    }

    /** Issues one of all records, with the holder's name, for a recipient; "" is anyone. */
    public TranscriptIssueReply issue(String account, String recipient) {
        return issue(TranscriptIssueRequest.newBuilder().setAccount(account)
            .setRecipient(recipient).setShowName(true).build());
    }
}
