package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.AccountRefused;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.accounts.Token;
import dev.heimdall.manager.accounts.Tokens;
import dev.heimdall.manager.login.OwnTokens;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tokens on {@code /account}: made, shown once, and revoked. */
final class TokenPages {
  static final String PATH = "/account/tokens";

  private final OwnTokens tokens;

  TokenPages(OwnTokens tokens) {
    this.tokens = tokens;
  }

  static List<AccountView.TokenRow> rows(List<Token> tokens, Instant now) {
    return tokens.stream()
        .map(
            token ->
                new AccountView.TokenRow(
                    token.id(),
                    token.name(),
                    token.role().spelling(),
                    Times.shown(token.created()),
                    Times.shown(token.expires()),
                    !now.isBefore(token.expires()),
                    token.used().map(Times::shown).orElse("never")))
        .toList();
  }

  Answer create(Visit visit) throws Refusal, StoreException {
    Role role =
        visit
            .field("role")
            .flatMap(Role::of)
            .orElseThrow(() -> Request.bad("There is no such role."));
    String days = visit.field("days").orElse("");
    if (!days.matches("[0-9]{1,4}")) {
      throw Request.bad("Days are a number from 1 to %d.".formatted(Tokens.MOST_DAYS));
    }
    try {
      Tokens.Made made =
          tokens.create(
              visit.session().who(),
              visit.field("name").orElse(""),
              role,
              Integer.parseInt(days),
              visit.request().from());
      return visit.page(
          200, "token", "New token", Map.of("name", made.token().name(), "word", made.word()));
    } catch (AccountRefused e) {
      throw Request.bad(e.getMessage());
    }
  }

  Answer revoke(Visit visit) throws Refusal, StoreException {
    try {
      tokens.revoke(visit.user(), visit.part(0), Optional.of(visit.user()), visit.request().from());
    } catch (AccountRefused e) {
      throw new Refusal(404, "not_found", e.getMessage());
    }
    visit.tell("The token is revoked.");
    return visit.see(AccountPage.PATH);
  }
}
