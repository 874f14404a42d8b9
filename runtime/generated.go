package runtime

// SupportsGen1 is referred to by code of generation 1, so that generated code and a runtime that is too old for it do
// not compile together: "undefined: vds.SupportsGen1" means that the module needs an update.
const SupportsGen1 = true
