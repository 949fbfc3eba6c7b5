package dev.heimdall.manager.people;

import dev.heimdall.manager.accounts.Account;
import dev.heimdall.manager.accounts.AccountRefused;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.accounts.Token;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.login.OthersAccounts;
import dev.heimdall.manager.login.OwnTokens;
import dev.heimdall.manager.pages.Entry;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Times;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** {@code /accounts}, those of others, and {@code /audit}. */
public final class PeopleSubject implements Subject {
  private static final String PATH = "/accounts";
  private static final String ONE = PATH + "/{name}";

  private final OthersAccounts others;
  private final OwnTokens tokens;
  private final AuditPage audit;

  public PeopleSubject(OthersAccounts others, OwnTokens tokens, AuditLog audit) {
    this.others = others;
    this.tokens = tokens;
    this.audit = new AuditPage(audit);
  }

  private interface Change {
    /** Makes the change and returns the message to show then. */
    String make(Visit visit, OthersAccounts.By by)
        throws AccountRefused, PasswordHash.Busy, StoreException, Refusal;
  }

  @Override
  public List<Page> pages() {
    return List.of(
        Page.get(PATH, Permission.MANAGE_ACCOUNTS, visit -> list(visit, 200, "")),
        change(PATH, this::create),
        Page.get(ONE, Permission.MANAGE_ACCOUNTS, visit -> one(visit, 200, "")),
        change(ONE + "/role", this::changeRole),
        change(ONE + "/password", this::setPassword),
        change(ONE + "/second-factor/remove", this::removeFactor),
        change(ONE + "/delete", this::delete),
        change(ONE + "/tokens/{id}/revoke", this::revoke),
        change("/second-factor-roles", this::require),
        Page.get(AuditPage.PATH, Permission.READ_AUDIT, audit::look));
  }

  @Override
  public List<Entry> entries() {
    return List.of(
        new Entry(Entry.Group.PEOPLE, "Accounts", PATH, Permission.MANAGE_ACCOUNTS),
        new Entry(Entry.Group.RECORD, "Audit log", AuditPage.PATH, Permission.READ_AUDIT));
  }

  /** Creates the page of a change; a rejection is shown on the page that the request came from. */
  private Page change(String path, Change change) {
    boolean ofOne = path.startsWith(ONE);
    return Page.post(
        path,
        Permission.MANAGE_ACCOUNTS,
        visit -> {
          OthersAccounts.By by =
              new OthersAccounts.By(visit.user(), visit.request().from().getHostAddress());
          try {
            visit.tell(change.make(visit, by));
            return visit.see(PATH);
          } catch (AccountRefused e) {
            return ofOne && e.reason() != AccountRefused.Reason.UNKNOWN
                ? one(visit, 422, e.getMessage())
                : list(visit, 422, e.getMessage());
          } catch (PasswordHash.Busy e) {
            return list(visit, 503, e.getMessage());
          }
        });
  }

  private Answer list(Visit visit, int status, String problem) throws StoreException {
    List<PeopleView.Person> people = List.of();
    List<PeopleView.Duty> duties = List.of();
    String said = problem;
    try {
      people = others.all().all().stream().map(account -> person(account, visit)).toList();
      Set<Role> roles = others.all().twoFactors();
      duties =
          Stream.of(Role.values())
              .map(role -> new PeopleView.Duty(role.spelling(), roles.contains(role)))
              .toList();
    } catch (AccountRefused e) {
      said = e.getMessage();
    }
    return visit.page(
        status,
        "accounts",
        "Accounts",
        Map.of("view", new PeopleView.People(people, words(tokens.all()), duties, said)));
  }

  private Answer one(Visit visit, int status, String problem) throws Refusal, StoreException {
    String name = visit.part(0);
    Account account;
    try {
      account =
          others
              .all()
              .find(name)
              .orElseThrow(
                  () -> new Refusal(404, "not_found", "There is no account %s.".formatted(name)));
    } catch (AccountRefused e) {
      throw new Refusal(404, "not_found", e.getMessage());
    }
    return visit.page(
        status,
        "person",
        name,
        Map.of(
            "person",
            person(account, visit),
            "roles",
            Stream.of(Role.values()).map(Role::spelling).toList(),
            "tokens",
            words(tokens.of(name)),
            "problem",
            problem));
  }

  private static PeopleView.Person person(Account account, Visit visit) {
    return new PeopleView.Person(
        account.name(),
        account.role().spelling(),
        account.disabled(),
        account.mustChange(),
        account.asksForCode(),
        account.name().equals(visit.user()),
        made(account.created()),
        made(account.changed()));
  }

  private static String made(Account.Mark mark) {
    return "%s by %s".formatted(Times.shown(mark.at()), mark.by());
  }

  private static List<PeopleView.Word> words(List<Token> tokens) {
    return tokens.stream()
        .map(
            token ->
                new PeopleView.Word(
                    token.id(),
                    token.name(),
                    token.owner(),
                    token.role().spelling(),
                    Times.shown(token.expires()),
                    token.used().map(Times::shown).orElse("never")))
        .toList();
  }

  private static Role role(Visit visit) throws Refusal {
    return visit
        .field("role")
        .flatMap(Role::of)
        .orElseThrow(() -> Request.bad("There is no such role."));
  }

  private String create(Visit visit, OthersAccounts.By by)
      throws AccountRefused, PasswordHash.Busy, StoreException, Refusal {
    Account made =
        others.create(
            visit.field("name").orElse("").strip(),
            role(visit),
            visit.field("password").orElse(""),
            by);
    return "%s has an account now, and changes the password at the first log-in."
        .formatted(made.name());
  }

  private String changeRole(Visit visit, OthersAccounts.By by)
      throws AccountRefused, StoreException, Refusal {
    Account changed =
        others.change(visit.part(0), role(visit), visit.field("disabled").isPresent(), by);
    return changed.disabled()
        ? "%s cannot log in any more.".formatted(changed.name())
        : "%s has the role %s.".formatted(changed.name(), changed.role().spelling());
  }

  private String setPassword(Visit visit, OthersAccounts.By by)
      throws AccountRefused, PasswordHash.Busy, StoreException {
    others.reset(visit.part(0), visit.field("password").orElse(""), by);
    return "%s has a password that has to be changed at the next log-in.".formatted(visit.part(0));
  }

  private String removeFactor(Visit visit, OthersAccounts.By by)
      throws AccountRefused, StoreException {
    others.removeFactor(visit.part(0), by);
    return "%s logs in without a second factor now.".formatted(visit.part(0));
  }

  private String delete(Visit visit, OthersAccounts.By by) throws AccountRefused, StoreException {
    others.remove(visit.part(0), by);
    return "The account %s is deleted.".formatted(visit.part(0));
  }

  private String revoke(Visit visit, OthersAccounts.By by) throws AccountRefused, StoreException {
    tokens.revoke(by.user(), visit.part(1), Optional.of(visit.part(0)), visit.request().from());
    return "The token is revoked.";
  }

  private String require(Visit visit, OthersAccounts.By by) throws AccountRefused, StoreException {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (Role role : Role.values()) {
      if (visit.field(role.spelling()).isPresent()) {
        roles.add(role);
      }
    }
    others.twoFactors(roles, by);
    return roles.isEmpty()
        ? "No role needs a second factor."
        : "Who has such a role and no second factor has to set one up first.";
  }
}
