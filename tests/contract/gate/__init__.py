"""The gate: may this version of a service run beside what an environment runs now?

tree --freezing--> bundle (released/<service>/<x.y.z>.json, sealed)
overlay (image tags) --deployments--> the bundles that an environment runs

candidate x deployed --> events, examples  what it sends and reads, what waits in queues and logs
                     --> interface         what HTTP callers may go on doing
                     --> database, ddl     migrations only expand; a rollback still starts
                     --> rows of a table, each with its reason (checking, verdicts)

inclusion    the question under events and interface: may a reader read all that a writer sends?
recording    the statements of a migration, for ddl to judge
"""
