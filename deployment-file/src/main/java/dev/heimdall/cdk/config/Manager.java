package dev.heimdall.cdk.config;

import dev.heimdall.model.Cidr;
import dev.heimdall.model.Format;
import dev.heimdall.model.Setting;
import java.util.List;
import java.util.Optional;

/** The manager of a region, which edits the nodes' configuration where that lies. */
public record Manager(
    @Setting(value = "Deploy it.", byDefault = "false") boolean enabled,
    @Setting(
            value =
                "How many there are. One that is ill, or alone when it is updated, is replaced"
                    + " either way.",
            byDefault = "1",
            range = "1..2")
        int size,
    @Setting(
            value =
                "The networks that people and tools are in who use it. Nobody else reaches its"
                    + " port. At least one when `enabled`.",
            byDefault = "[]",
            format = Format.NETWORK)
        List<Cidr> clients,
    @Setting(value = "The port of its page and its API.", byDefault = "8087", range = "1..65535")
        int port,
    @Setting(
            value =
                "The certificate (ARN, of Certificate Manager) that its address answers with."
                    + " Without one, passwords go over the network as they are.",
            format = Format.TEXT)
        Optional<String> certificate,
    @Setting(
            value = "The type of its instances, of the nodes' `architecture`.",
            otherwise = "`t4g.medium`, or `t3.medium` with `x86_64`",
            format = Format.TEXT)
        Optional<String> instanceType,
    @Setting(
            value =
                "Topics of SNS in this account that it may tell what happened: names, or a"
                    + " beginning and `*`. None: it may tell none.",
            byDefault = "[]",
            format = Format.TEXT)
        List<String> alertTopics,
    @Setting(
            value =
                "Further lines of its `/etc/heimdall.conf`, such as `oidcClientId = heimdall`: keys"
                    + " that begin with `oidc`, `managerUrl`, `managerStore` and"
                    + " `managerTrustedProxies`. The app writes the rest itself, from `hdRole` to"
                    + " `managerSecret`.",
            byDefault = "[]",
            format = Format.TEXT)
        List<String> conf,
    @Setting(
            value =
                "Secrets that it may read besides its password and the nodes' `FLEET/fleet-key`:"
                    + " that of its OpenID Connect client, which `oidcClientSecret` in `conf`"
                    + " names, and one that `manager.key` of `node.json` names.",
            byDefault = "[]",
            format = Format.TEXT)
        List<String> secrets,
    @Setting(
            value =
                "Policies of IAM (ARNs) that the manager's role has besides its own, such as"
                    + " `arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore` for Session"
                    + " Manager.",
            byDefault = "[]",
            format = Format.TEXT)
        List<String> managedPolicies) {
  public Manager {
    clients = List.copyOf(clients);
    alertTopics = List.copyOf(alertTopics);
    conf = List.copyOf(conf);
    secrets = List.copyOf(secrets);
    managedPolicies = List.copyOf(managedPolicies);
  }

  /** Its own name, {@code managerUrl} of {@link #conf}, if that is there. */
  public Optional<String> url() {
    return conf.stream()
        .map(line -> line.split("=", 2))
        .filter(line -> line.length == 2 && line[0].strip().equals("managerUrl"))
        .map(line -> line[1].strip())
        .findFirst();
  }
}
