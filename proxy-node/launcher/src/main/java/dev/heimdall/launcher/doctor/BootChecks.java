package dev.heimdall.launcher.doctor;

import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.routing.call.AwsCallException;
import dev.heimdall.routing.call.AwsQuestion;
import dev.heimdall.routing.call.AwsService;
import dev.heimdall.routing.instance.Instance;
import dev.heimdall.routing.instance.LifecycleHook;
import dev.heimdall.secrets.StoreLocation;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks of the AWS requests of an instance's boot, and of a node or manager that starts there: the
 * release, the configuration, the secrets that it names, the group of instances, the log.
 */
public final class BootChecks {
  /** S3 rejects requests of clocks that are further off; other services bear 5 minutes, too. */
  private static final Duration WRONG_CLOCK = Duration.ofMinutes(5);

  private static final int PATIENCE_MILLIS = 3000;
  private static final Pattern S3 = Pattern.compile("s3://([^/?]+)/([^?]+).*");
  private static final Pattern ARN_REGION = Pattern.compile("arn:[^:]+:[^:]+:([^:]+):.*");

  private final AwsProbe look;
  private final MachineLocation here;
  private final List<Check> checks = new ArrayList<>();

  BootChecks(AwsProbe look, MachineLocation here) {
    this.look = look;
    this.here = here;
  }

  /**
   * Subjects of the checks.
   *
   * @param region in which AWS is asked
   * @param place of the configuration; a directory is not looked at here
   * @param secrets names or ARNs of all that are read
   */
  public record Asked(
      String region, HeimdallConf conf, BootFile boot, StoreLocation place, Set<String> secrets) {
    public Asked {
      secrets = new TreeSet<>(secrets);
    }
  }

  List<Check> of(Asked asked) {
    check(
        "STS",
        false, // a network without a way out does without it
        AwsQuestion.form(AwsService.STS, "2011-06-15", "sts:GetCallerIdentity", Map.of()),
        "");
    checks.add(new Check("clock", true, this::clock));
    asked.boot().release().ifPresent(this::release);
    place(asked);
    asked.secrets().stream()
        .map(BootChecks::withoutOptions)
        .filter(secret -> isIn(asked.region(), secret))
        .forEach(this::secret);
    asked.conf().lifecycleHook().ifPresent(hook -> group(hook, asked.conf().autoScalingGroup()));
    asked
        .boot()
        .logGroup()
        .ifPresent(
            group ->
                checks.add(
                    new Check(
                        "log of this instance, logs:PutLogEvents",
                        false,
                        () -> look.allowed(AwsChecks.logs(group), "the log group " + group))));
    return checks;
  }

  private void check(String what, boolean needed, AwsQuestion question, String resource) {
    checks.add(
        new Check(what + ", " + question.action(), needed, () -> look.allowed(question, resource)));
  }

  private void mustBeThere(String what, AwsQuestion question, String resource, String... codes) {
    checks.add(
        new Check(
            what + ", " + question.action(), true, () -> look.done(question, resource, codes)));
  }

  private void release(String from) {
    Matcher matcher = S3.matcher(from);
    if (matcher.matches()) {
      mustBeThere(
          "release",
          object(matcher.group(1), matcher.group(2)),
          "arn:aws:s3:::" + matcher.group(1) + "/" + matcher.group(2));
    }
  }

  private void place(Asked asked) {
    if (asked.place() instanceof StoreLocation.Bucket bucket && isHere(asked, bucket.place())) {
      String below = bucket.prefix().isEmpty() ? "" : bucket.prefix() + "/";
      mustBeThere(
          "configuration",
          AwsQuestion.get(
              AwsService.S3,
              "s3:ListBucket",
              "/" + bucket.bucket(),
              new TreeMap<>(Map.of("list-type", "2", "max-keys", "1", "prefix", encoded(below)))),
          "arn:aws:s3:::" + bucket.bucket());
      mustBeThere(
          "configuration",
          object(
              bucket.bucket(),
              below
                  + (bucket.commits() == StoreLocation.Commits.READ
                      ? ".heimdall/commit.json"
                      : "node.json")),
          "arn:aws:s3:::" + bucket.bucket() + "/" + below + "*",
          "NoSuchKey"); // a configuration needs none
    } else if (asked.place() instanceof StoreLocation.Secret secret
        && isHere(asked, secret.place())
        && isIn(asked.region(), secret.id())) {
      secret("configuration", secret.id());
    }
  }

  private static boolean isHere(Asked asked, StoreLocation.Place place) {
    return place.endpoint().isEmpty() && place.region().map(asked.region()::equals).orElse(true);
  }

  private void secret(String name) {
    secret("secret " + name, name);
  }

  private void secret(String what, String name) {
    mustBeThere(
        what,
        AwsQuestion.json(
            AwsService.SECRETS_MANAGER,
            "secretsmanager.GetSecretValue",
            "secretsmanager:GetSecretValue",
            "{\"SecretId\":\"%s\"}".formatted(name.replace("\\", "").replace("\"", ""))),
        "the secret " + name);
  }

  /**
   * Checks the actions of a hook's users and of {@code heimdall-watch}. Nothing of it changes
   * anything.
   */
  private void group(String hook, Optional<String> named) {
    if (here.instance().isEmpty()) {
      return; // which the check of the metadata says
    }
    Instance instance = here.instance().get();
    Map<String, String> about =
        Map.of(
            "LifecycleHookName",
            hook,
            // No action has it: the answer with the right is that there is none such.
            "LifecycleActionToken",
            "00000000-0000-0000-0000-000000000000");
    inGroup(instance, named, "autoscaling:RecordLifecycleActionHeartbeat", about);
    inGroup(
        instance,
        named,
        "autoscaling:CompleteLifecycleAction",
        with(about, "LifecycleActionResult", "CONTINUE"));
    inGroup(
        instance,
        named,
        "autoscaling:SetInstanceHealth",
        Map.of("HealthStatus", "Healthy", "InstanceId", instance.id()));
  }

  private void inGroup(
      Instance instance, Optional<String> named, String action, Map<String, String> parameters) {
    checks.add(
        new Check(
            AwsService.AUTO_SCALING.title() + ", " + action,
            true,
            () -> askInGroup(instance, named, action, parameters)));
  }

  private Check.Outcome askInGroup(
      Instance instance, Optional<String> named, String action, Map<String, String> parameters) {
    AwsQuestion membership = LifecycleHook.membership(Optional.of(instance.id()));
    String answer;
    try {
      answer = look.calls().ask(membership);
    } catch (AwsCallException e) {
      return look.outcome(membership, "*", e);
    }
    Optional<String> group = named.or(() -> text(answer, "AutoScalingGroupName"));
    if (group.isEmpty()) {
      return new Check.Outcome(State.FAILED, instance.id() + " is in no Auto Scaling group");
    }
    boolean health = action.endsWith("SetInstanceHealth");
    if (health && !text(answer, "HealthStatus").orElse("").equalsIgnoreCase("HEALTHY")) {
      return new Check.Outcome(
          State.FAILED,
          "not asked: the group takes this instance for %s already"
              .formatted(text(answer, "HealthStatus").orElse("unknown")));
    }
    return look.allowed(
        AwsQuestion.form(
            AwsService.AUTO_SCALING,
            "2011-01-01",
            action,
            health ? parameters : with(parameters, "AutoScalingGroupName", group.get())),
        "the Auto Scaling group " + group.get());
  }

  private static Map<String, String> with(Map<String, String> some, String key, String value) {
    Map<String, String> more = new TreeMap<>(some);
    more.put(key, value);
    return more;
  }

  private static Optional<String> text(String answer, String tag) {
    Matcher matcher = Pattern.compile("<" + tag + ">([^<]+)</").matcher(answer);
    return matcher.find() ? Optional.of(matcher.group(1).strip()) : Optional.empty();
  }

  /** One byte of an object: a refusal has a body then, which the answer to HEAD has not. */
  private static AwsQuestion object(String bucket, String key) {
    return new AwsQuestion(
        AwsService.S3,
        "s3:GetObject",
        "GET",
        "/" + bucket + "/" + encoded(key).replace("%2F", "/"),
        Map.of(),
        Map.of("Range", "bytes=0-0"),
        "");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String withoutOptions(String secret) {
    return secret.replaceFirst("[?].*", "");
  }

  /** Another region's are asked for there, by the part that reads them. */
  private static boolean isIn(String region, String secret) {
    Matcher arn = ARN_REGION.matcher(secret);
    return !arn.matches() || arn.group(1).equals(region);
  }

  /** By what S3 says the time is, which answers to everybody. */
  private Check.Outcome clock() {
    URI endpoint = look.calls().endpoint(AwsService.S3);
    try {
      HttpURLConnection connection =
          (HttpURLConnection) endpoint.toURL().openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout(PATIENCE_MILLIS);
      connection.setReadTimeout(PATIENCE_MILLIS);
      connection.setRequestMethod("HEAD");
      connection.setInstanceFollowRedirects(false);
      connection.getResponseCode();
      long there = connection.getDate();
      connection.disconnect();
      if (there == 0) {
        return new Check.Outcome(State.FAILED, endpoint + " does not say what time it is");
      }
      long off = (System.currentTimeMillis() - there) / 1000;
      String told =
          Math.abs(off) <= 1
              ? "as AWS's"
              : "%d s %s AWS's".formatted(Math.abs(off), off > 0 ? "ahead of" : "behind");
      return Math.abs(off) < WRONG_CLOCK.toSeconds()
          ? Check.Outcome.ok(told)
          : new Check.Outcome(
              State.FAILED,
              told
                  + ": AWS believes no signature of this machine. Look at `chronyc sources`;"
                  + " Amazon's time is at 169.254.169.123");
    } catch (IOException e) {
      return new Check.Outcome(
          State.UNREACHABLE,
          "%s does not answer: %s%s"
              .formatted(endpoint, e.getMessage(), here.wayTo(AwsService.S3)));
    }
  }
}
