/** A request with this header is explained and denied: gate 1 tells in its denial what it would have answered, and why. */
export const explainHeader = 'X-Dockerrun-Explain'
/** Opens the explanation in the denial. */
export const explainPrefix = 'dockerrun-explains: '
