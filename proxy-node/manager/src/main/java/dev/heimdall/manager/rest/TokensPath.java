package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.AccountRefused;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.accounts.Token;
import dev.heimdall.manager.accounts.Tokens;
import dev.heimdall.manager.login.OwnTokens;
import dev.heimdall.manager.login.Who;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code /api/v1/account/tokens}, one's own, and {@code /api/v1/tokens}, those of everybody. */
record TokensPath(OwnTokens tokens) implements Resource {
  private static final String OWN = "/api/v1/account/tokens";
  private static final String ALL = "/api/v1/tokens";
  private static final int DAYS = 90;

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(OWN, Permission.OWN_TOKENS, call -> list(tokens.of(call.who().user())))
            .saying("Lists the tokens of whoever asks"),
        new Operation(
                "POST",
                OWN,
                Permission.OWN_TOKENS,
                AccountsPath.LARGEST_BODY,
                call -> AccountAnswers.of(() -> create(call.request(), call.who())))
            .saying("Makes a token, whose word is shown once"),
        new Operation(
                "DELETE",
                OWN + "/{id}",
                Permission.OWN_TOKENS,
                0,
                call -> revoke(call, Optional.of(call.who().user())))
            .saying("Revokes a token of whoever asks"),
        Operation.get(ALL, Permission.MANAGE_ACCOUNTS, call -> list(tokens.all()))
            .saying("Lists the tokens of everybody"),
        new Operation(
                "DELETE",
                ALL + "/{id}",
                Permission.MANAGE_ACCOUNTS,
                0,
                call -> revoke(call, Optional.empty()))
            .saying("Revokes anybody's token"));
  }

  private Answer revoke(Call call, Optional<String> owner) throws Refusal, StoreException {
    return AccountAnswers.of(
        () -> {
          tokens.revoke(call.who().user(), call.part(), owner, call.request().from());
          return Answer.empty(204);
        });
  }

  private Answer create(Request request, Who who) throws Refusal, AccountRefused, StoreException {
    JsonNode body =
        StrictBody.of(request, AccountsPath.LARGEST_BODY, Set.of("name", "role", "days"));
    String name =
        StrictBody.text(body, "name").orElseThrow(() -> Request.bad("$.name: expected a text."));
    Role role =
        body.has("role")
            ? Role.of(body.path("role").asText())
                .orElseThrow(() -> Request.bad("$.role: expected admin, read_only or audit."))
            : who.role();
    if (body.has("days") && !body.get("days").isInt()) {
      throw Request.bad("$.days: expected a number from 1 to %d.".formatted(Tokens.MOST_DAYS));
    }
    Tokens.Made made =
        tokens.create(who, name, role, body.path("days").asInt(DAYS), request.from());
    return Answer.json(201, written(made.token()).put("token", made.word()));
  }

  private static Answer list(List<Token> tokens) {
    ObjectNode body = Answer.JSON.createObjectNode();
    ArrayNode list = body.putArray("tokens");
    tokens.forEach(token -> list.add(written(token)));
    return Answer.json(200, body);
  }

  private static ObjectNode written(Token token) {
    return Answer.JSON
        .createObjectNode()
        .put("id", token.id())
        .put("name", token.name())
        .put("owner", token.owner())
        .put("role", token.role().spelling())
        .put("created", token.created().toString())
        .put("expires", token.expires().toString())
        .put("used", token.used().map(Object::toString).orElse(null));
  }
}
