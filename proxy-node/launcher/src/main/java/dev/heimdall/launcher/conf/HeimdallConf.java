package dev.heimdall.launcher.conf;

import dev.heimdall.model.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Content of a machine's file.
 *
 * @param role what the machine is there for; the command decides where nothing is said
 * @param user with whom a node makes itself known to the manager
 * @param password that user's
 * @param configuration where the configuration is: a directory, {@code s3://…} or {@code secret:…}
 * @param firstFrom where that directory is filled from, as long as it holds nothing
 * @param region the AWS region, if it is not the one that the machine is in
 * @param regionFacts the file that says what is different in that region, if documents refer to it
 * @param memory how much of the machine's memory may be used
 * @param lifecycleHook who waits for the node before the instance is terminated
 * @param autoScalingGroup of which that is the hook, if it is not to be asked for
 * @param scaleInPatience how long clients that are never idle may go on then
 * @param nodeName what managers know the node by, if not by its machine's name and its number
 * @param stateKey the file of the key that the copy of the configuration is encrypted with, if it
 *     is not to be beside that
 * @param manager what the file says of the manager
 */
public record HeimdallConf(
    Path file,
    Optional<Role> role,
    Optional<String> user,
    Optional<Secret> password,
    String configuration,
    Optional<String> firstFrom,
    Optional<String> region,
    Optional<Path> regionFacts,
    MemoryOptions memory,
    Optional<String> lifecycleHook,
    Optional<String> autoScalingGroup,
    Duration scaleInPatience,
    Optional<String> nodeName,
    Optional<Path> stateKey,
    ManagerKeys manager) {
  /** Path of the file. */
  public static final Path FILE = Path.of("/etc/heimdall.conf");

  /** Directory of the configuration, unless the file names another. */
  public static final Path CONFIG_DIRECTORY = Path.of("/opt/heimdall/config");

  private static final Duration SCALE_IN_PATIENCE = Duration.ofMinutes(5);

  /** Reads a file. */
  public static HeimdallConf read(Path file) throws ConfException {
    return of(file, ConfLines.read(file));
  }

  private static HeimdallConf of(Path file, Map<ConfKey, String> values) {
    return new HeimdallConf(
        file,
        text(values, ConfKey.ROLE).map(Role::of),
        text(values, ConfKey.USER),
        text(values, ConfKey.PASSWORD).map(Secret::new),
        configuration(values),
        text(values, ConfKey.CONFIG_SOURCE)
            .filter(source -> values.containsKey(ConfKey.CONFIG_DIRECTORY)),
        text(values, ConfKey.REGION),
        text(values, ConfKey.REGION_FACTS).map(Path::of),
        new MemoryOptions(
            text(values, ConfKey.MEMORY),
            text(values, ConfKey.HEAP_MEMORY).map(Amounts::bytes),
            text(values, ConfKey.DIRECT_MEMORY).map(Amounts::bytes)),
        text(values, ConfKey.LIFECYCLE_HOOK),
        text(values, ConfKey.AUTO_SCALING_GROUP),
        text(values, ConfKey.SCALE_IN_PATIENCE).map(Amounts::time).orElse(SCALE_IN_PATIENCE),
        text(values, ConfKey.NODE_NAME),
        text(values, ConfKey.STATE_KEY).map(Path::of),
        new ManagerKeys(
            text(values, ConfKey.MANAGER_ADDRESS),
            text(values, ConfKey.MANAGER_PORT).map(Integer::valueOf),
            text(values, ConfKey.MANAGER_SECRET),
            text(values, ConfKey.MANAGER_PASSWORD_FILE).map(Path::of),
            text(values, ConfKey.MANAGER_CERTIFICATE).map(Path::of),
            text(values, ConfKey.MANAGER_KEY).map(Path::of),
            text(values, ConfKey.MANAGER_STORE),
            text(values, ConfKey.MANAGER_TRUSTED_PROXIES),
            text(values, ConfKey.LDAP_FILE).map(Path::of),
            openId(values)));
  }

  private static OpenIdKeys openId(Map<ConfKey, String> values) {
    return new OpenIdKeys(
        text(values, ConfKey.MANAGER_URL),
        text(values, ConfKey.OIDC_ISSUER),
        text(values, ConfKey.OIDC_CLIENT_ID),
        text(values, ConfKey.OIDC_CLIENT_SECRET),
        text(values, ConfKey.OIDC_CLIENT_SECRET_FILE).map(Path::of),
        text(values, ConfKey.OIDC_SCOPES),
        text(values, ConfKey.OIDC_NAME_CLAIM),
        text(values, ConfKey.OIDC_ROLES_CLAIM),
        text(values, ConfKey.OIDC_ADMINS),
        text(values, ConfKey.OIDC_AUDITORS),
        text(values, ConfKey.OIDC_READERS),
        text(values, ConfKey.OIDC_PROVIDER_NAME));
  }

  private static String configuration(Map<ConfKey, String> values) {
    return text(values, ConfKey.SECRET_KEY)
        .map(name -> "secret:" + name)
        .or(() -> text(values, ConfKey.CONFIG_DIRECTORY))
        .or(() -> text(values, ConfKey.CONFIG_SOURCE))
        .orElse(CONFIG_DIRECTORY.toString());
  }

  private static Optional<String> text(Map<ConfKey, String> values, ConfKey key) {
    return Optional.ofNullable(values.get(key));
  }
}
