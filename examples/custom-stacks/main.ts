import { PlatformApp } from "cdktf-ai-platform";
import { search } from "./search";
import { SearchClusterStack } from "./search-cluster-stack";
import { SearchDataStack } from "./search-data-stack";

const app = new PlatformApp();
const data = new SearchDataStack(app, search);
new SearchClusterStack(app, { ...search, documents: data.documents });
app.synth();
