package dev.heimdall.cdk.documents;

import dev.heimdall.cdk.config.Documents;
import dev.heimdall.cdk.network.Place;
import java.util.Optional;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.Construct;

/** The stack of the {@link DocumentStores}. */
public final class DocumentsStack extends Stack {
  private final DocumentStores stores;

  public DocumentsStack(
      Construct scope,
      String id,
      StackProps props,
      String fleet,
      Documents documents,
      Place place,
      DocumentStores.PushKeys keys) {
    super(scope, id, props);
    stores = new DocumentStores(this, "Default", fleet, documents, Optional.of(place), keys);
  }

  public DocumentStores stores() {
    return stores;
  }
}
