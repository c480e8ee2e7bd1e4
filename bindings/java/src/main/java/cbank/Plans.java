package cbank;

import cbank.api.v1.PlanMakeRequest;

/** Plans: the conversion that provably keeps the most credit. */
public final class Plans extends PlansCalls {
    Plans(Bank bank) {
        super(bank);
    }

    /** What an account comes to in a programme: "ID", or "ID@EDITION". */
    public Proposal propose(String account, String programme) {
        return propose(PlanMakeRequest.newBuilder().setAccount(account).setProgramme(programme)
            .build());
    }

    /** The same for a question with more to it. */
    public Proposal propose(PlanMakeRequest request) {
        return new Proposal(make(request).getPlan());
    }
}
