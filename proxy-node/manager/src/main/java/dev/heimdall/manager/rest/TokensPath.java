package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.accounts.AccountRefused;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.accounts.Token;
import dev.heimdall.manager.accounts.Tokens;
import dev.heimdall.manager.login.OwnTokens;
import dev.heimdall.manager.login.Principal;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** {@code /api/v1/account/tokens}, one's own, and {@code /api/v1/tokens}, those of everybody. */
record TokensPath(OwnTokens tokens) implements Resource {
  private static final String OWN = "/api/v1/account/tokens";
  private static final String ALL = "/api/v1/tokens";
  private static final int DAYS = 90;

  private static final Fields<Token> TOKEN =
      Fields.<Token>of()
          .with("id", Shape.text(""), Token::id)
          .with("name", Shape.text("What it is for."), Token::name)
          .with("owner", Shape.text("Whose it is."), Token::owner)
          .with("role", Shape.word("", Role.values()), Token::role)
          .with("created", Shape.time(""), Token::created)
          .with("expires", Shape.time(""), Token::expires)
          .with("used", Shape.time("When it was used last; null: never.").orNull(), Token::used);
  private static final Function<String, OperationText> LISTS =
      summary -> OperationText.of(summary).paged().answers(Slice.shape("tokens", TOKEN));

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(
                OWN,
                Permission.OWN_TOKENS,
                call -> list(tokens.of(call.who().user()), call.request()))
            .saying(LISTS.apply("Lists your own tokens")),
        new Operation(
                "POST",
                OWN,
                Permission.OWN_TOKENS,
                AccountsPath.LARGEST_BODY,
                call -> AccountAnswers.of(() -> create(call.request(), call.who())))
            .saying(
                OperationText.of("Makes a token, whose word is shown once")
                    .takes(
                        Shape.object()
                            .with("name", Shape.text("What it is for."))
                            .maybe("role", Shape.word("Without: one's own.", Role.values()))
                            .maybe(
                                "days",
                                Shape.whole("So long it is valid.", 1, Tokens.MOST_DAYS)
                                    .otherwise(DAYS))
                            .only())
                    .answers(
                        201, TOKEN.shape().with("token", Shape.text("The word that logs in.")))),
        new Operation(
                "DELETE",
                OWN + "/{id}",
                Permission.OWN_TOKENS,
                0,
                call -> revoke(call, Optional.of(call.who().user())))
            .saying(OperationText.of("Revokes one of your own tokens").answers(204)),
        Operation.get(ALL, Permission.MANAGE_ACCOUNTS, call -> list(tokens.all(), call.request()))
            .saying(LISTS.apply("Lists the tokens of everybody")),
        new Operation(
                "DELETE",
                ALL + "/{id}",
                Permission.MANAGE_ACCOUNTS,
                0,
                call -> revoke(call, Optional.empty()))
            .saying(OperationText.of("Revokes anybody's token").answers(204)));
  }

  private Answer revoke(Call call, Optional<String> owner) throws Refusal, StoreException {
    return AccountAnswers.of(
        () -> {
          tokens.revoke(call.who().user(), call.part(), owner, call.request().from());
          return Answer.empty(204);
        });
  }

  private Answer create(Request request, Principal who)
      throws Refusal, AccountRefused, StoreException {
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
    return Answer.json(201, TOKEN.json(made.token()).put("token", made.word()));
  }

  private static Answer list(List<Token> tokens, Request request) throws Refusal {
    return Answer.json(200, Slice.of(request).byName(tokens, Token::id).body("tokens", TOKEN));
  }
}
