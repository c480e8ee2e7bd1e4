package cbank;

import cbank.api.v1.AdmitRequest;
import cbank.api.v1.InstitutionInfo;
import cbank.api.v1.InstitutionListRequest;
import cbank.api.v1.InstitutionShowRequest;
import cbank.api.v1.JoinRequest;
import cbank.v1.LangText;
import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.stream.Stream;

/** Institutions: how they join a bank, and what it knows of them. */
public final class Institutions extends InstitutionsCalls {
    Institutions(Bank bank) {
        super(bank);
    }

    /** Asks a bank, by its origin, to be let in under a code; the file goes to the bank. */
    public static byte[] request(Key key, String origin, String institution, String name) {
        return request(key, JoinRequest.newBuilder().setOrigin(origin).setInstitution(institution)
            .addNames(LangText.newBuilder().setLang("zh").setValue(name)).build())
            .getFile().toByteArray();
    }

    /** Admits the institution whose request this file is. */
    public InstitutionInfo admit(byte[] request) {
        return admit(AdmitRequest.newBuilder().setFile(ByteString.copyFrom(request)).build());
    }

    /** An institution, if there is one of this code. */
    public Optional<InstitutionInfo> show(String institution) {
        return Optionals.found(
            () -> show(InstitutionShowRequest.newBuilder().setInstitution(institution).build()));
    }

    /** All of them, by code. */
    public Stream<InstitutionInfo> all() {
        return Paging.stream(InstitutionListRequest.getDefaultInstance(), this::list,
            page -> page.getInstitutionsList(),
            page -> !page.getMore() ? null : InstitutionListRequest.newBuilder().setAfter(
                page.getInstitutions(page.getInstitutionsCount() - 1).getInstitution()).build());
    }
}
