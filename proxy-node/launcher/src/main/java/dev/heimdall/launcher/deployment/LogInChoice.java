package dev.heimdall.launcher.deployment;

import dev.heimdall.cdk.draft.Draft;
import dev.heimdall.cdk.draft.DraftDatabase;
import dev.heimdall.cdk.draft.DraftLogIn;
import dev.heimdall.cdk.draft.DraftRegion;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.routing.AccountDatabase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Choice of the log-ins of nodes to databases, and of clients to nodes. For one thread. */
final class LogInChoice {
  /** Length of what AWS puts behind the name of a secret in its ARN. */
  private static final int SUFFIX = 7;

  private static final String KEY_FORM =
      "arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+";

  private final String fleet;
  private final DeploymentOptions.OfDatabases options;
  private final Account account;
  private final Dialogue dialogue;
  private final Map<String, String> users = new HashMap<>();
  private final Map<String, String> secrets = new HashMap<>();
  private final Map<String, Boolean> missing = new HashMap<>();

  LogInChoice(
      String fleet, DeploymentOptions.OfDatabases options, Account account, Dialogue dialogue) {
    this.fleet = fleet;
    this.options = options;
    this.account = account;
    this.dialogue = dialogue;
  }

  /** Asks once for each database, whatever the number of regions. */
  DraftLogIn of(String document, String region, Optional<AccountDatabase> known)
      throws CommandFailure {
    Optional<String> iam = options.iamUser().one(document);
    Optional<String> managed = known.flatMap(AccountDatabase::secret);
    if (managed.isPresent()
        && iam.isEmpty()
        && options.secret().one(document).isEmpty()
        && !secrets.containsKey(document)) {
      return DraftLogIn.bySecret(
          user(document, known),
          name(managed.get()),
          true,
          known.flatMap(AccountDatabase::secretKey).filter(key -> key.matches(KEY_FORM)));
    }
    String user =
        iam.isPresent() ? options.iamUser().read(iam.get(), Answers::user) : user(document, known);
    String secret = secret(document, iam.isPresent());
    if (iam.isPresent() && known.isPresent() && !known.get().iam()) {
      dialogue.say(
          "%s: log-ins by IAM are off; aws rds modify-db-%s --enable-iam-database-authentication"
              .formatted(document, known.get().cluster() ? "cluster" : "instance"));
    }
    Optional<Account.SecretFacts> facts = account.secret(region, secret);
    missing.put(region + "/" + secret, facts.isEmpty() || !facts.get().exists());
    return new DraftLogIn(
        user,
        secret,
        false,
        iam.isPresent(),
        facts.flatMap(Account.SecretFacts::key).filter(key -> key.matches(KEY_FORM)));
  }

  private String user(String document, Optional<AccountDatabase> known) throws CommandFailure {
    Optional<String> wish = options.user().one(document);
    if (wish.isPresent()) {
      return options.user().read(wish.get(), Answers::user);
    }
    if (!users.containsKey(document)) {
      Optional<String> master = known.flatMap(AccountDatabase::user);
      users.put(
          document,
          master.isPresent() && known.flatMap(AccountDatabase::secret).isPresent()
              ? master.get()
              : dialogue.ask(
                  "User that clients log in to %s as".formatted(document),
                  master.or(() -> Optional.of("app")),
                  "--user",
                  Answers::user));
    }
    return users.get(document);
  }

  private String secret(String document, boolean iam) throws CommandFailure {
    Optional<String> wish = options.secret().one(document);
    if (wish.isPresent()) {
      return options.secret().read(wish.get(), Answers::secret);
    }
    if (!secrets.containsKey(document)) {
      secrets.put(
          document,
          dialogue.ask(
              (iam
                      ? "Secret with the password that clients show for %s"
                      : "Secret with username and password of %s")
                  .formatted(document),
              Optional.of(fleet + "/databases/" + document),
              "--secret",
              Answers::secret));
    }
    return secrets.get(document);
  }

  /** Those that are not there in some region, or are unknown. */
  List<MissingSecret> missing(Draft draft) {
    Map<String, List<String>> absent = new LinkedHashMap<>();
    Map<String, List<String>> there = new LinkedHashMap<>();
    Map<String, String> logIns = new HashMap<>();
    for (DraftRegion region : draft.regions()) {
      for (DraftDatabase database : region.databases()) {
        DraftLogIn logIn = database.access().logIn();
        Boolean lacks = missing.get(region.region() + "/" + logIn.secret());
        if (lacks != null) {
          List<String> regions =
              (lacks ? absent : there).computeIfAbsent(logIn.secret(), name -> new ArrayList<>());
          if (!regions.contains(region.region())) {
            regions.add(region.region());
          }
          logIns.putIfAbsent(logIn.secret(), logIn.user());
        }
      }
    }
    return absent.entrySet().stream()
        .map(
            one ->
                new MissingSecret(
                    one.getKey(),
                    logIns.get(one.getKey()),
                    one.getValue(),
                    there.getOrDefault(one.getKey(), List.of()).stream().findFirst()))
        .toList();
  }

  private static String name(String arn) {
    String name = arn.substring(arn.indexOf(":secret:") + ":secret:".length());
    return name.substring(0, name.length() - SUFFIX);
  }
}
