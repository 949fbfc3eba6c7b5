package dev.heimdall.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.conf.ManagerKeys;
import dev.heimdall.launcher.conf.OpenIdKeys;
import dev.heimdall.launcher.manager.ManagerCommandLine;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class OpenIdOptionsTest {
  /** What the machine's file says, a manager beside a node hears as options. */
  @Test
  void aManagerBesideANodeIsToldAllOfIt() {
    OpenIdKeys keys =
        new OpenIdKeys(
            Optional.of("https://m.example"),
            Optional.of("https://i.example"),
            Optional.of("client"),
            Optional.of("name of a secret"),
            Optional.empty(),
            Optional.of("openid groups"),
            Optional.of("name claim"),
            Optional.of("roles claim"),
            Optional.of("a, b"),
            Optional.of("c"),
            Optional.of("d"),
            Optional.of("The Company"));
    assertThat(heard(keys)).isEqualTo(keys);
    OpenIdKeys file =
        new OpenIdKeys(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(Path.of("/etc/heimdall/oidc")),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty())
            .or(keys);
    assertThat(file.secret()).as("taken whole").isEmpty();
    assertThat(heard(file)).isEqualTo(file);
    assertThat(heard(OpenIdKeys.none())).isEqualTo(OpenIdKeys.none());
  }

  private static OpenIdKeys heard(OpenIdKeys keys) {
    ManagerKeys manager =
        new ManagerKeys(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of("10.0.0.0/24"),
            Optional.of(Path.of("/conf/ldap.json")),
            keys);
    List<String> words =
        ManagerCommandLine.of(
            Heimdall.class,
            List.of(),
            "/conf",
            Path.of("/state"),
            Optional.empty(),
            manager,
            false);
    String[] options =
        words.stream()
            .filter(word -> word.startsWith("--oidc") || word.startsWith("--manager-url"))
            .toArray(String[]::new);
    assertThat(words)
        .contains("--manager-trusted-proxies=10.0.0.0/24", "--ldap-file=/conf/ldap.json");
    OpenIdOptions parsed = new OpenIdOptions();
    CommandLine line = new CommandLine(new ServerCommand());
    assertThat(options).allMatch(o -> line.getCommandSpec().findOption(o.split("=")[0]) != null);
    new CommandLine(CommandLine.Model.CommandSpec.create().addMixin("openId", mixin(parsed)))
        .parseArgs(options);
    return parsed.keys();
  }

  private static CommandLine.Model.CommandSpec mixin(OpenIdOptions options) {
    return CommandLine.Model.CommandSpec.forAnnotatedObject(options);
  }
}
