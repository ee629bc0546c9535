"""Published interpretation content to cited answers. Imports only `nlu` of ours."""
