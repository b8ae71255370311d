"""How this installation is deployed, read once."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Deployment alone; rooms, services and hours are data. docs/settings.md explains each one."""

    model_config = SettingsConfigDict(env_prefix="NEXTCHAIR_", frozen=True, extra="ignore")

    data: Path = Field(
        default=Path("data"), description="Folder of the database, the key and the virtual printer's sheets."
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on; 0.0.0.0 lets phones and TVs in.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port the server listens on.")
    database_url: str = Field(default="", description="SQLAlchemy URL; empty: SQLite in the data folder.")
    redis_url: str = Field(
        default="", description="Redis that tells other server processes of changes; empty: one process."
    )
    public_url: str = Field(default="", description="Origin in QR codes; empty: the address the server listens on.")
    key: str = Field(default="", description="Encryption key, 64 hex digits; empty: the file `key` in the data folder.")
    secure_cookies: bool = Field(default=False, description="Send cookies over HTTPS alone; set it behind a TLS proxy.")
    lock_minutes: float = Field(default=5, gt=0, le=720, description="Idle minutes after which a console locks itself.")
    identity_seconds: float = Field(
        default=60, gt=0, description="Idle seconds of a terminal page before the countdown."
    )
    form_seconds: float = Field(
        default=120, gt=0, description="Idle seconds of a questionnaire page before the countdown."
    )
    countdown_seconds: float = Field(
        default=20, gt=0, description="Length of the terminal's countdown before it forgets."
    )

    @property
    def url(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{(self.data / 'nextchair.db').absolute()}"
