package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.login.Caller;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.OthersAccounts;
import dev.heimdall.manager.login.OwnPassword;
import dev.heimdall.manager.login.OwnSecondFactor;
import dev.heimdall.manager.login.OwnTokens;
import dev.heimdall.manager.login.Principal;
import dev.heimdall.manager.masks.MaskedDocuments;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.manager.web.Routes;
import dev.heimdall.manager.web.Site;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Paths of the API with their operations, and the permissions to use them. */
public final class Api implements Site {
  /** Header for the code, which has no room in {@code Basic}. */
  private static final String CODE = "Heimdall-Code";

  private final Editor editor;
  private final LogIn logIn;
  private final String version;
  private final Routes<Operation> routes;
  private final AuditLog audit;

  /**
   * One without accounts.
   *
   * @param version of the manager, which it tells
   */
  public Api(Editor editor, LogIn logIn, String version) {
    this(
        editor,
        logIn,
        version,
        Optional.empty(),
        new AuditLog(Optional.empty(), Clock.systemUTC()),
        new MaskedText(),
        List.of());
  }

  /**
   * @param version of the manager, which it tells
   * @param access empty: there is no place for accounts
   * @param masks how documents are shown
   * @param more what else there is
   */
  public Api(
      Editor editor,
      LogIn logIn,
      String version,
      Optional<Access> access,
      AuditLog audit,
      MaskedText masks,
      List<Resource> more) {
    this.editor = editor;
    this.logIn = logIn;
    this.version = version;
    this.audit = audit;
    MaskedDocuments masked = new MaskedDocuments(masks);
    List<Operation> operations = new ArrayList<>();
    Map<String, ObjectNode> schemas = new TreeMap<>();
    more.forEach(resource -> schemas.putAll(resource.schemas()));
    operations.add(
        Operation.get("/version", Permission.READ_CONFIGURATION, call -> version())
            .saying(
                OperationText.of(
                        "Says which version the manager is, and where the configuration is")
                    .answers(
                        Shape.object()
                            .with("version", Shape.text(""))
                            .with("java", Shape.text("The version of Java."))
                            .with("place", Shape.text("Where the configuration is.")))));
    operations.add(
        Operation.get(
                "/api/v1/openapi.json",
                Permission.READ_CONFIGURATION,
                call -> Answer.json(200, OpenApi.of(version, operations, schemas)))
            .saying(
                OperationText.of("Describes all of this by OpenAPI 3.1")
                    .answers(Shape.object("As OpenAPI 3.1 has it."))));
    Stream.concat(
            Stream.of(
                new DocumentsPath(editor, masked),
                new ChangesPath(editor, masked),
                new HistoryPath(editor, masked),
                new AccountsPath(
                    new OthersAccounts(access, audit), new OwnPassword(logIn, access, audit)),
                new SecondFactorPath(new OwnSecondFactor(access, audit)),
                new TokensPath(new OwnTokens(logIn, access, audit)),
                new AuditPath(audit)),
            more.stream())
        .forEach(resource -> operations.addAll(resource.operations()));
    routes = new Routes<>(operations);
  }

  /** All that programs can ask for. */
  public List<Operation> table() {
    return routes.all();
  }

  @Override
  public Admission admit(Request request) throws Refusal {
    Principal who = who(request);
    Routes.Found<Operation> found = routes.find(request);
    Operation operation = found.route();
    permit(operation, request, who);
    return new Admission(
        operation.largestBody(), whole -> answer(operation, new Call(whole, who, found.parts())));
  }

  private void permit(Operation operation, Request request, Principal who) throws Refusal {
    Permission needed = operation.permission();
    if (!who.due().leaves(needed)) {
      throw who.due() == Principal.Due.PASSWORD
          ? new Refusal(
              403,
              "password_change_required",
              "Change your password first: PUT %s.".formatted(AccountsPath.OWN_PASSWORD))
          : new Refusal(
              403,
              "second_factor_required",
              "Your role needs a second factor: set one up first, with POST %s, or on the manager's pages."
                  .formatted(SecondFactorPath.OWN));
    }
    if (!who.may(needed)) {
      throw notPermitted(
          request,
          who,
          needed,
          who.role().may(needed)
              ? "A token does not have the permission %s: log in with your password."
                  .formatted(needed.spelling())
              : "The role %s does not have the permission %s."
                  .formatted(who.role().spelling(), needed.spelling()));
    }
    if (who.means() == Principal.Means.TOKEN
        && needed == Permission.OWN_ACCOUNT
        && !operation.method().equals("GET")) {
      throw notPermitted(
          request, who, needed, "A token changes nothing of its owner: log in with your password.");
    }
  }

  private Refusal notPermitted(Request request, Principal who, Permission needed, String why) {
    audit.note(
        Action.NOT_PERMITTED, who.user(), request.from().getHostAddress(), needed.spelling());
    return new Refusal(403, "not_permitted", why);
  }

  private static Answer answer(Operation operation, Call call) throws Refusal {
    try {
      return operation.handler().answer(call);
    } catch (EditRefused e) {
      throw Reports.refusal(e);
    } catch (StoreException e) {
      throw Reports.refusal(e);
    }
  }

  private Answer version() {
    return Answer.json(
        200,
        Answer.JSON
            .createObjectNode()
            .put("version", version)
            .put("java", System.getProperty("java.version"))
            .put("place", editor.place()));
  }

  private Principal who(Request request) throws Refusal {
    Optional<String> shown = request.header("Authorization");
    LogIn.Outcome outcome = logIn.judge(shown, request.header(CODE), Caller.of(request));
    if (outcome instanceof LogIn.Outcome.In in) {
      return in.who();
    }
    if (outcome instanceof LogIn.Outcome.Wait wait) {
      throw new Refusal(
              429,
              "too_many_attempts",
              "Too many wrong passwords came from this address, or for this account: wait.")
          .header("Retry-After", Long.toString(seconds(wait.time())));
    }
    if (outcome instanceof LogIn.Outcome.Unknown) {
      throw Refusal.busy(
          "No log-in is possible now: the manager cannot read its password; its log says why.");
    }
    if (outcome instanceof LogIn.Outcome.CodeNeeded) {
      throw basic(
          new Refusal(
              401,
              "code_required",
              "This account has a second factor: send its code in the header %s, or log in with a token."
                  .formatted(CODE)));
    }
    throw basic(
        new Refusal(
            401,
            "unauthorized",
            outcome instanceof LogIn.Outcome.Nobody
                ? "Log in with the scheme Basic, or Bearer and a token."
                : "User, password, code or token is wrong."));
  }

  private static Refusal basic(Refusal refusal) {
    return refusal.header("WWW-Authenticate", "Basic realm=\"Heimdall\", charset=\"UTF-8\"");
  }

  private static long seconds(Duration time) {
    return Math.max(1, time.plusMillis(999).toSeconds());
  }
}
