package dev.heimdall.cdk;

import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.DocumentPlace;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.documents.CopyBucket;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;

/**
 * A region's copy of the documents that are edited in another region. It comes before the stack of
 * that one, whose bucket is replicated to what is there already; that comes before this region's
 * own, whose nodes look for documents. It is not protected: once it is not in the file any more, no
 * deployment could lift that, and its bucket and key are kept without it.
 */
final class CopyStack extends Stack {
  private CopyStack(App app, Deployment deployment, Region region) {
    super(
        app,
        RegionStack.name(deployment, region) + "-copy",
        RegionStack.props(deployment, region, ", a copy of the documents").build());
    new CopyBucket(this, "Copy", deployment.name(), region.region(), region.encryptionKey());
  }

  /**
   * Makes those that a deployment asks for, and puts all stacks into their order.
   *
   * @param stacks of the regions, by their names
   */
  static void all(App app, Deployment deployment, Map<String, Stack> stacks) {
    for (Region edited : deployment.regions()) {
      for (Region region : deployment.copiesOf(edited)) {
        Stack of = stacks.get(edited.region());
        if (region.documents().place() == DocumentPlace.BUCKET) {
          CopyStack copy = new CopyStack(app, deployment, region);
          of.addStackDependency(copy);
          stacks.get(region.region()).addStackDependency(copy);
        }
        // The first region has keys that the others wait for: it waits for none.
        if (deployment.regions().indexOf(edited) == 0) {
          stacks.get(region.region()).addStackDependency(of);
        }
      }
    }
  }
}
