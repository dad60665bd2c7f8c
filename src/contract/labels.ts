/** Labels dockerrun puts on a container. They repeat what gate 1 recorded, for `docker ps --filter`; nothing trusts them. */
export const ownerLabel = 'dockerrun.owner'
