package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.accounts.SecondFactor;
import dev.heimdall.manager.login.OwnSecondFactor;
import dev.heimdall.manager.login.OwnTokens;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.secrets.StoreException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code /account}: what one has to log in with. */
final class AccountPage {
  static final String PATH = "/account";

  private final OwnSecondFactor factors;
  private final OwnTokens tokens;

  AccountPage(OwnSecondFactor factors, OwnTokens tokens) {
    this.factors = factors;
    this.tokens = tokens;
  }

  Answer look(Visit visit) throws StoreException {
    Role role = visit.session().who().role();
    Optional<SecondFactor> factor = factors.find(visit.user()).filter(SecondFactor::on);
    AccountView.Own view =
        new AccountView.Own(
            visit.user(),
            role.spelling(),
            factor.isPresent(),
            factor.map(on -> on.recovery().size()).orElse(0),
            Stream.of(Role.values())
                .filter(other -> other.least(role) == other)
                .map(Role::spelling)
                .toList(),
            TokenPages.rows(tokens.of(visit.user()), Instant.now()));
    return visit.page(200, "account", "Account", Map.of("view", view));
  }
}
