package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.AccountRefused;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.accounts.SecondFactor;
import dev.heimdall.manager.login.OwnSecondFactor;
import dev.heimdall.manager.login.Principal;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code /api/v1/account/second-factor}: one's own. The password is in the request, as in each of
 * those that are not by a token.
 */
record SecondFactorPath(OwnSecondFactor own) implements Resource {
  static final String OWN = "/api/v1/account/second-factor";

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(OWN, Permission.OWN_FACTOR, call -> state(call.who()))
            .saying(
                OperationText.of(
                        "Says whether log-ins ask for a code, and how many recovery codes are left")
                    .answers(
                        Shape.object()
                            .with("on", Shape.truth("Whether log-ins ask for a code."))
                            .with("recoveryCodesLeft", Shape.count("")))),
        change("POST", this::offer)
            .saying(
                OperationText.of(
                        "Offers a secret for an authenticator; nothing asks for its codes yet")
                    .takes(Shape.object("Nothing is in it.").only())
                    .answers(
                        201,
                        Shape.object()
                            .with("secret", Shape.text("In Base32."))
                            .with("uri", Shape.text("The same for a QR code: otpauth://…")))),
        change("PUT", this::confirm)
            .saying(
                OperationText.of(
                        "Switches the second factor on, with a code; recovery codes are shown once")
                    .takes(Shape.object().with("code", Shape.text("Six digits.")).only())
                    .answers(Shape.object().with("recoveryCodes", Shape.list("", Shape.text(""))))),
        change("DELETE", this::remove)
            .saying(OperationText.of("Removes the second factor").answers(204)));
  }

  private interface Change {
    Answer make(Call call) throws Refusal, AccountRefused, StoreException;
  }

  private static Operation change(String method, Change change) {
    return new Operation(
        method,
        OWN,
        Permission.OWN_FACTOR,
        AccountsPath.LARGEST_BODY,
        call -> AccountAnswers.of(() -> change.make(call)));
  }

  private Answer offer(Call call) throws Refusal, AccountRefused, StoreException {
    StrictBody.of(call.request(), AccountsPath.LARGEST_BODY, Set.of());
    String user = call.who().user();
    String secret = own.offer(user);
    return Answer.json(
        201,
        Answer.JSON
            .createObjectNode()
            .put("secret", secret)
            .put("uri", OwnSecondFactor.uri(user, secret)));
  }

  private Answer remove(Call call) throws AccountRefused, StoreException {
    own.remove(call.who().user(), call.request().from());
    return Answer.empty(204);
  }

  private Answer confirm(Call call) throws Refusal, AccountRefused, StoreException {
    JsonNode body = StrictBody.of(call.request(), AccountsPath.LARGEST_BODY, Set.of("code"));
    String code =
        StrictBody.text(body, "code")
            .orElseThrow(() -> Request.bad("$.code: expected a text of six digits."));
    ObjectNode answer = Answer.JSON.createObjectNode();
    ArrayNode recovery = answer.putArray("recoveryCodes");
    own.confirm(call.who().user(), code, call.request().from()).forEach(recovery::add);
    return Answer.json(200, answer);
  }

  private Answer state(Principal who) throws StoreException {
    Optional<SecondFactor> factor = own.find(who.user());
    return Answer.json(
        200,
        Answer.JSON
            .createObjectNode()
            .put("on", factor.filter(SecondFactor::on).isPresent())
            .put("recoveryCodesLeft", factor.map(there -> there.recovery().size()).orElse(0)));
  }
}
