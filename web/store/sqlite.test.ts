import { sqlitePlace } from "./place.fake.ts";
import { storeContract } from "./store.contract.ts";

describe("store on SQLite", () => {
  storeContract(sqlitePlace);
});
