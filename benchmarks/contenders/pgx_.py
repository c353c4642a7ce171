"""Pgx (Koyamada et al. 2023), Go in JAX, alone and under the searches of mctx."""

from typing import Any, Literal

from benchmarks.contenders import Counts, Work

DISTRIBUTIONS = ("pgx", "mctx", "jax", "jaxlib")


def random_games(*, size: int, batch: int) -> Work:
    """Random games of a whole batch, stepped together until the last has ended."""
    import jax
    import jax.numpy as jnp
    import pgx

    env = pgx.make(f"go_{size}x{size}")
    step = jax.vmap(env.step)

    @jax.jit
    def play(key: Any) -> Any:
        def body(carry: Any) -> Any:
            state, key, plies = carry
            key, draw = jax.random.split(key)
            logits = jnp.where(state.legal_action_mask, 0.0, -jnp.inf)
            actions = jax.random.categorical(draw, logits, axis=-1)
            plies += (~state.terminated).sum()
            return step(state, actions), key, plies

        state = jax.vmap(env.init)(jax.random.split(key, batch))
        _, key, plies = jax.lax.while_loop(lambda carry: ~carry[0].terminated.all(), body, (state, key, 0))
        return key, plies

    key = jax.random.PRNGKey(1)

    def work() -> Counts:
        nonlocal key
        key, plies = play(key)
        return {"games": batch, "plies": int(plies)}

    return work


def free_search(*, size: int, batch: int, simulations: int, policy: Literal["gumbel", "muzero"]) -> Work:
    """A search of mctx whose model is the rules of Pgx, all legal moves alike and every value 0."""
    import jax
    import jax.numpy as jnp
    import mctx
    import pgx

    env = pgx.make(f"go_{size}x{size}")
    lowest = jnp.finfo(jnp.float32).min
    rows = jnp.arange(batch)

    def blind(state: Any) -> Any:
        # A free evaluator looks at nothing: without this each node of the tree would keep its planes.
        return state.replace(observation=jnp.zeros((batch, 0)))

    def recurrent(params: None, key: Any, action: Any, state: Any) -> Any:
        mover = state.current_player
        state = jax.vmap(env.step)(state, action)
        output = mctx.RecurrentFnOutput(
            reward=state.rewards[rows, mover],
            discount=jnp.where(state.terminated, 0.0, -1.0),
            prior_logits=jnp.where(state.legal_action_mask, 0.0, lowest),
            value=jnp.zeros(batch),
        )
        return output, blind(state)

    @jax.jit
    def search(key: Any) -> Any:
        state = jax.vmap(env.init)(jax.random.split(key, batch))
        root = mctx.RootFnOutput(
            prior_logits=jnp.where(state.legal_action_mask, 0.0, lowest), value=jnp.zeros(batch), embedding=blind(state)
        )
        if policy == "gumbel":
            return mctx.gumbel_muzero_policy(
                None,
                key,
                root,
                recurrent,
                simulations,
                invalid_actions=~state.legal_action_mask,
                max_num_considered_actions=16,
            ).action
        return mctx.muzero_policy(
            None, key, root, recurrent, simulations, invalid_actions=~state.legal_action_mask, dirichlet_fraction=0.0
        ).action

    key = jax.random.PRNGKey(1)

    def work() -> Counts:
        nonlocal key
        key, draw = jax.random.split(key)
        search(draw).block_until_ready()
        return {"simulations": batch * simulations}

    return work
