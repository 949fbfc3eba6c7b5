package dev.heimdall.launcher.manager;

import dev.heimdall.launcher.conf.ManagerKeys;
import dev.heimdall.launcher.conf.OpenIdKeys;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** With what words a manager is started beside this process: the same Java, class path and sort. */
public final class ManagerCommandLine {
  /** The option that has it end with its input. */
  public static final String UNTIL_INPUT_ENDS = "--until-input-ends";

  private static final String REGION = "aws.region";

  private ManagerCommandLine() {}

  /**
   * Makes them.
   *
   * @param main the class that is the {@code heimdall} command
   * @param memory options of the JVM
   * @param place the configuration
   * @param regionFacts the file that says what is different in the region
   * @param json whether this process writes its log so
   */
  public static List<String> of(
      Class<?> main,
      List<String> memory,
      String place,
      Path state,
      Optional<Path> regionFacts,
      ManagerKeys keys,
      boolean json) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(memory);
    words.add("-XX:+UseSerialGC");
    words.add("-XX:+ExitOnOutOfMemoryError");
    // Settings of the JVM are the node's own; those of what runs in it hold for both.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("-D"))
        .forEach(words::add);
    String region = System.getProperty(REGION);
    if (region != null) {
      words.add("-D" + REGION + "=" + region);
    }
    words.add("-cp");
    words.add(System.getProperty("java.class.path"));
    words.add(main.getName());
    words.add("server");
    words.add(UNTIL_INPUT_ENDS);
    words.add("--config=" + place);
    words.add("--state=" + state);
    regionFacts.ifPresent(file -> words.add("--region-facts=" + file));
    keys.address().ifPresent(value -> words.add("--manager-address=" + value));
    keys.port().ifPresent(value -> words.add("--manager-port=" + value));
    keys.secret().ifPresent(value -> words.add("--manager-secret=" + value));
    keys.passwordFile().ifPresent(value -> words.add("--manager-password-file=" + value));
    keys.certificate().ifPresent(value -> words.add("--manager-certificate=" + value));
    keys.key().ifPresent(value -> words.add("--manager-key=" + value));
    keys.store().ifPresent(value -> words.add("--manager-store=" + value));
    keys.trustedProxies().ifPresent(value -> words.add("--manager-trusted-proxies=" + value));
    keys.ldapFile().ifPresent(value -> words.add("--ldap-file=" + value));
    words.addAll(openId(keys.openId()));
    if (json) {
      words.add("--log-json");
    }
    return words;
  }

  private static List<String> openId(OpenIdKeys keys) {
    List<String> words = new ArrayList<>();
    keys.manager().ifPresent(value -> words.add("--manager-url=" + value));
    keys.issuer().ifPresent(value -> words.add("--oidc-issuer=" + value));
    keys.client().ifPresent(value -> words.add("--oidc-client-id=" + value));
    keys.secret().ifPresent(value -> words.add("--oidc-client-secret=" + value));
    keys.secretFile().ifPresent(value -> words.add("--oidc-client-secret-file=" + value));
    keys.scopes().ifPresent(value -> words.add("--oidc-scopes=" + value));
    keys.name().ifPresent(value -> words.add("--oidc-name-claim=" + value));
    keys.roles().ifPresent(value -> words.add("--oidc-roles-claim=" + value));
    keys.admins().ifPresent(value -> words.add("--oidc-admins=" + value));
    keys.auditors().ifPresent(value -> words.add("--oidc-auditors=" + value));
    keys.readers().ifPresent(value -> words.add("--oidc-readers=" + value));
    keys.words().ifPresent(value -> words.add("--oidc-provider-name=" + value));
    return words;
  }
}
