"""`policyline encoder`: train the small static encoder on pairs of texts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """语义编码器。"""


@app.command()
def train(
    pairs: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="JSONL，每行 {query, positive}"),
    ],
    out: Annotated[Path, typer.Option("--out", help="写入的文件夹")],
    epochs: Annotated[int, typer.Option(min=1, max=100, help="遍数")] = 3,
) -> None:
    """用成对的文本训练静态编码器；训练后把 POLICYLINE_ENCODER 设为该文件夹。"""
    from nlu.encoder import NoEncoder
    from nlu.encoder_training import read_pairs
    from nlu.encoder_training import train as train_encoder

    started = time.monotonic()
    try:
        found = read_pairs(pairs)
        encoder = train_encoder(found, out, epochs=epochs)
    except NoEncoder as error:
        typer.echo(f"不能训练：{error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(
        f"已用 {len(found)} 对文本训练，{len(encoder.terms)} 个词条，{encoder.dimensions} 维，"
        f"用时 {time.monotonic() - started:.0f} 秒。"
    )
    typer.echo(f"使用它：POLICYLINE_ENCODER={out.absolute()}")
