package dev.heimdall.cdk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CloudFormationValidatePlugin;
import software.amazon.awscdk.IPolicyValidationContext;
import software.amazon.awscdk.PolicyValidationPluginReport;
import software.amazon.awscdk.PolicyValidationStack;
import software.amazon.awscdk.cxapi.CloudAssembly;
import software.amazon.awscdk.cxapi.CloudFormationStackArtifact;
import software.constructs.IConstruct;

/**
 * What the CDK has every template judged by when it is put together: the schemas of resources. Each
 * template is validated once here, however many deployments have it; {@code CDK_VALIDATION} turns
 * the CDK's own validation off.
 */
final class Schemas {
  private static final Set<String> RIGHT = ConcurrentHashMap.newKeySet();

  private Schemas() {}

  /** What it judges by takes seconds to load. */
  private static final class Judge {
    static final CloudFormationValidatePlugin PLUGIN = new CloudFormationValidatePlugin();
  }

  /** Fails as the CDK would. */
  static void judge(App app, CloudAssembly assembly) throws IOException {
    for (CloudFormationStackArtifact stack : assembly.getStacks()) {
      String account = stack.getEnvironment().getAccount();
      String region = stack.getEnvironment().getRegion();
      String path = stack.getTemplateFullPath();
      String judged = account + " " + region + " " + Files.readString(Path.of(path));
      if (RIGHT.contains(judged)) {
        continue;
      }
      PolicyValidationPluginReport report =
          Judge.PLUGIN.validate(
              new Template(
                  app,
                  PolicyValidationStack.builder()
                      .stackConstructPath(stack.getHierarchicalId())
                      .templatePath(path)
                      .build(),
                  account.equals("unknown-account") ? null : account,
                  region.equals("unknown-region") ? null : region));
      if (!report.getSuccess()) {
        throw new AssertionError(
            stack.getStackName()
                + ": "
                + report.getViolations().stream()
                    .map(
                        one ->
                            one.getSeverity()
                                + " "
                                + one.getRuleName()
                                + " "
                                + one.getDescription())
                    .toList());
      }
      RIGHT.add(judged);
    }
  }

  /** One, as the plugin asks for it. */
  private record Template(App app, PolicyValidationStack stack, String account, String region)
      implements IPolicyValidationContext {
    @Override
    public IConstruct getAppConstruct() {
      return app;
    }

    @Override
    public List<PolicyValidationStack> getStackTemplates() {
      return List.of(stack);
    }

    @Override
    public List<String> getTemplatePaths() {
      return List.of(stack.getTemplatePath());
    }

    @Override
    public String getAccountId() {
      return account;
    }

    @Override
    public String getRegion() {
      return region;
    }
  }
}
