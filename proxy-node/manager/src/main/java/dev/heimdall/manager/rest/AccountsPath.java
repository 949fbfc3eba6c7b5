package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Account;
import dev.heimdall.manager.accounts.AccountRefused;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.login.Caller;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.OthersAccounts;
import dev.heimdall.manager.login.OwnPassword;
import dev.heimdall.manager.login.Principal;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code /api/v1/accounts}, those of others, and {@code /api/v1/account}, one's own. */
final class AccountsPath implements Resource {
  private static final String ALL = "/api/v1/accounts";
  private static final String ONE = ALL + "/{name}";

  private static final String TWO_FACTORS = "/api/v1/second-factor-roles";

  private static final String PASSWORD = "password";
  private static final String NAME =
      "1 to 64 small letters, digits, \".\", \"_\", \"-\" and \"@\"; the first is a letter or a"
          + " digit.";
  private static final Shape ROLE = Shape.word("", Role.values());
  private static final Shape ROLES = Shape.object().with("roles", Shape.list("", ROLE));
  private static final Shape FIRST_PASSWORD =
      Shape.text("12 to 256 characters; it has to be changed at the first log-in.");
  private static final Fields<Account.Mark> BY =
      Fields.<Account.Mark>of()
          .with("by", Shape.text(""), Account.Mark::by)
          .with("at", Shape.time(""), Account.Mark::at);
  private static final Fields<Account> ACCOUNT =
      Fields.<Account>of()
          .with("name", Shape.text(""), Account::name)
          .with("role", ROLE, Account::role)
          .with("disabled", Shape.truth("Whether it cannot log in."), Account::disabled)
          .with("mustChangePassword", Shape.truth("At the next log-in."), Account::mustChange)
          .with(
              "secondFactor", Shape.truth("Whether log-ins ask for a code."), Account::asksForCode)
          .with("created", BY, Account::created)
          .with("changed", BY, Account::changed);

  /** Path where users change their own password. */
  static final String OWN_PASSWORD = "/api/v1/account/password";

  /** Bytes of a body. */
  static final int LARGEST_BODY = 16 << 10;

  private final OthersAccounts others;
  private final OwnPassword ownPassword;

  AccountsPath(OthersAccounts others, OwnPassword ownPassword) {
    this.others = others;
    this.ownPassword = ownPassword;
  }

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(
                ALL,
                Permission.MANAGE_ACCOUNTS,
                call -> AccountAnswers.of(() -> list(call.request())))
            .saying(
                OperationText.of("Lists the accounts")
                    .paged()
                    .answers(Slice.shape("accounts", ACCOUNT))),
        others("POST", ALL, this::create)
            .saying(
                OperationText.of("Creates an account")
                    .takes(
                        Shape.object()
                            .with("name", Shape.text(NAME))
                            .with("role", ROLE)
                            .with(PASSWORD, FIRST_PASSWORD)
                            .only())
                    .answers(201, ACCOUNT.shape())),
        Operation.get(
                ONE,
                Permission.MANAGE_ACCOUNTS,
                call -> AccountAnswers.of(() -> Answer.json(200, ACCOUNT.json(known(call.part())))))
            .saying(OperationText.of("Reads an account").answers(ACCOUNT.shape())),
        others("PUT", ONE, this::change)
            .saying(
                OperationText.of("Changes the role of an account, disables or enables it")
                    .takes(
                        Shape.object()
                            .with("role", ROLE)
                            .with("disabled", Shape.truth("Whether it cannot log in."))
                            .only())
                    .answers(ACCOUNT.shape())),
        others("DELETE", ONE, this::remove)
            .saying(OperationText.of("Removes an account").answers(204)),
        others("PUT", ONE + "/password", this::reset)
            .saying(
                OperationText.of("Sets a password, which has to be changed at the next log-in")
                    .takes(Shape.object().with(PASSWORD, FIRST_PASSWORD).only())
                    .answers(204)),
        others("DELETE", ONE + "/second-factor", this::removeFactor)
            .saying(OperationText.of("Removes the second factor of an account").answers(204)),
        Operation.get(
                TWO_FACTORS,
                Permission.MANAGE_ACCOUNTS,
                call -> AccountAnswers.of(this::twoFactors))
            .saying(OperationText.of("Lists the roles that need a second factor").answers(ROLES)),
        others("PUT", TWO_FACTORS, this::requireTwoFactors)
            .saying(
                OperationText.of("Sets the roles that need a second factor")
                    .takes(ROLES.only())
                    .answers(ROLES)),
        Operation.get("/api/v1/account", Permission.OWN_ACCOUNT, call -> own(call.who()))
            .saying(
                OperationText.of("Reads one's own account, with its permissions")
                    .answers(
                        Shape.object()
                            .with("name", Shape.text(""))
                            .with("role", ROLE)
                            .with("mustChangePassword", Shape.truth(""))
                            .with("permissions", Shape.list("", Shape.text(""))))),
        new Operation(
                "PUT",
                OWN_PASSWORD,
                Permission.OWN_ACCOUNT,
                LARGEST_BODY,
                call -> AccountAnswers.of(() -> ownPassword(call.request(), call.author())))
            .saying(
                OperationText.of("Changes one's own password")
                    .takes(
                        Shape.object()
                            .with("current", Shape.text("The password until now."))
                            .with(PASSWORD, Shape.text("The new one: 12 to 256 characters."))
                            .only())
                    .answers(204)));
  }

  private interface Change {
    Answer make(Call call) throws Refusal, AccountRefused, PasswordHash.Busy, StoreException;
  }

  private static Operation others(String method, String path, Change change) {
    return new Operation(
        method,
        path,
        Permission.MANAGE_ACCOUNTS,
        LARGEST_BODY,
        call -> AccountAnswers.of(() -> change.make(call)));
  }

  private Answer list(Request request) throws Refusal, AccountRefused, StoreException {
    return Answer.json(
        200, Slice.of(request).byName(others.all().all(), Account::name).body("accounts", ACCOUNT));
  }

  private static OthersAccounts.By by(Call call) {
    Author author = call.author();
    return new OthersAccounts.By(author.user(), author.address());
  }

  private Answer create(Call call)
      throws Refusal, AccountRefused, PasswordHash.Busy, StoreException {
    JsonNode body = StrictBody.of(call.request(), LARGEST_BODY, Set.of("name", "role", PASSWORD));
    Account made =
        others.create(needed(body, "name"), role(body), needed(body, PASSWORD), by(call));
    return Answer.json(201, ACCOUNT.json(made));
  }

  private Account known(String name) throws Refusal, AccountRefused, StoreException {
    return others
        .all()
        .find(name)
        .orElseThrow(
            () -> new Refusal(404, "not_found", "There is no account %s.".formatted(name)));
  }

  private Answer change(Call call) throws Refusal, AccountRefused, StoreException {
    JsonNode body = StrictBody.of(call.request(), LARGEST_BODY, Set.of("role", "disabled"));
    JsonNode disabled = body.path("disabled");
    if (!disabled.isBoolean()) {
      throw Request.bad("$.disabled: expected true or false.");
    }
    Account changed = others.change(call.part(), role(body), disabled.booleanValue(), by(call));
    return Answer.json(200, ACCOUNT.json(changed));
  }

  private Answer remove(Call call) throws AccountRefused, StoreException {
    others.remove(call.part(), by(call));
    return Answer.empty(204);
  }

  private Answer reset(Call call)
      throws Refusal, AccountRefused, PasswordHash.Busy, StoreException {
    JsonNode body = StrictBody.of(call.request(), LARGEST_BODY, Set.of(PASSWORD));
    others.reset(call.part(), needed(body, PASSWORD), by(call));
    return Answer.empty(204);
  }

  private Answer twoFactors() throws AccountRefused, StoreException {
    ObjectNode body = Answer.JSON.createObjectNode();
    ArrayNode roles = body.putArray("roles");
    others.all().twoFactors().stream().sorted().forEach(role -> roles.add(role.spelling()));
    return Answer.json(200, body);
  }

  private Answer requireTwoFactors(Call call) throws Refusal, AccountRefused, StoreException {
    JsonNode body = StrictBody.of(call.request(), LARGEST_BODY, Set.of("roles"));
    if (!body.path("roles").isArray()) {
      throw Request.bad("$.roles: expected an array of admin, read_only, audit.");
    }
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (JsonNode role : body.get("roles")) {
      roles.add(
          Role.of(role.asText())
              .orElseThrow(() -> Request.bad("$.roles: expected admin, read_only or audit.")));
    }
    others.twoFactors(roles, by(call));
    return twoFactors();
  }

  private Answer removeFactor(Call call) throws AccountRefused, StoreException {
    others.removeFactor(call.part(), by(call));
    return Answer.empty(204);
  }

  /** Returns the account of the requesting user. */
  private static Answer own(Principal who) {
    ObjectNode body =
        Answer.JSON
            .createObjectNode()
            .put("name", who.user())
            .put("role", who.role().spelling())
            .put("mustChangePassword", who.due() == Principal.Due.PASSWORD);
    ArrayNode permissions = body.putArray("permissions");
    for (Permission permission : Permission.values()) {
      if (who.may(permission)) {
        permissions.add(permission.spelling());
      }
    }
    return Answer.json(200, body);
  }

  /** The caller's own password; the one before is shown once more. */
  private Answer ownPassword(Request request, Author author)
      throws Refusal, AccountRefused, PasswordHash.Busy, StoreException {
    JsonNode body = StrictBody.of(request, LARGEST_BODY, Set.of("current", PASSWORD));
    String current = needed(body, "current");
    Optional<LogIn.Outcome> refused =
        ownPassword.change(author.user(), current, needed(body, PASSWORD), Caller.of(request));
    if (refused.filter(LogIn.Outcome.Wait.class::isInstance).isPresent()) {
      throw new Refusal(429, "too_many_attempts", "Too many wrong passwords: wait.");
    }
    if (refused.isPresent()) {
      throw new Refusal(422, "wrong_account", "$.current is not the password.");
    }
    return Answer.empty(204);
  }

  private static String needed(JsonNode body, String key) throws Refusal {
    return StrictBody.text(body, key)
        .orElseThrow(() -> Request.bad("$." + key + ": expected a text."));
  }

  private static Role role(JsonNode body) throws Refusal {
    return Role.of(needed(body, "role"))
        .orElseThrow(() -> Request.bad("$.role: expected admin, read_only or audit."));
  }
}
