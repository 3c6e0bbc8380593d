"""Clients of cloud services and language models."""

import functools
import threading

from servers import Server, Silent

from calls import executed, given, last, local

HELLO = [{"role": "user", "content": "hello"}]
KEYS = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}


@executed("openai.OpenAI")
def openai_client(_name: str, server: Server, bound: float | None) -> object:
    import openai

    client = openai.OpenAI(api_key="key", base_url=server.url, max_retries=0, timeout=bound)
    return client.chat.completions.create(model="model", messages=HELLO)


@executed("openai.AsyncOpenAI")
async def openai_client_async(_name: str, server: Server, bound: float | None) -> object:
    import openai

    client = openai.AsyncOpenAI(api_key="key", base_url=server.url, max_retries=0, timeout=bound)
    return await client.chat.completions.create(model="model", messages=HELLO)


@executed("anthropic.Anthropic")
def anthropic_client(_name: str, server: Server, bound: float | None) -> object:
    import anthropic

    client = anthropic.Anthropic(api_key="key", base_url=server.url, max_retries=0, timeout=bound)
    return client.messages.create(model="model", messages=HELLO, max_tokens=9)


@executed("anthropic.AsyncAnthropic")
async def anthropic_client_async(_name: str, server: Server, bound: float | None) -> object:
    import anthropic

    client = anthropic.AsyncAnthropic(api_key="key", base_url=server.url, max_retries=0, timeout=bound)
    return await client.messages.create(model="model", messages=HELLO, max_tokens=9)


@executed("google.genai.types.HttpOptions", "google.genai.Client", needs="google-genai")
def google_genai(_name: str, server: Server, bound: float | None) -> object:
    from google import genai

    options = genai.types.HttpOptions(base_url=server.url, timeout=None if bound is None else int(1000 * bound))
    client = genai.Client(api_key="key", http_options=options)
    return client.models.generate_content(model="model", contents="hello")


@executed("boto3.client", "boto3.Session.client", "botocore.config.Config")
def boto3_client(name: str, server: Server, bound: float | None) -> object:
    import boto3

    client = boto3.Session().client if name == "boto3.Session.client" else boto3.client
    return client("s3", endpoint_url=server.url, config=_botocore(bound), **KEYS).list_buckets()


@executed("boto3.resource", "boto3.Session.resource")
def boto3_resource(name: str, server: Server, bound: float | None) -> object:
    import boto3

    resource = boto3.Session().resource if name == "boto3.Session.resource" else boto3.resource
    return list(resource("s3", endpoint_url=server.url, config=_botocore(bound), **KEYS).buckets.all())


def _botocore(bound: float | None) -> object:
    from botocore.config import Config

    return Config(retries={"total_max_attempts": 1}, **given(read_timeout=bound))


@executed("docker.DockerClient", "docker.APIClient")
def docker_client(name: str, server: Server, bound: float | None) -> object:
    import docker

    return getattr(docker, last(name))(f"tcp://{server.address}", version="1.40", timeout=bound).ping()


@executed("docker.from_env")
def docker_from_env(_name: str, server: Server, bound: float | None) -> object:
    import docker

    return docker.from_env(environment={"DOCKER_HOST": f"tcp://{server.address}"}, version="1.40", timeout=bound).ping()


@executed("docker.models.containers.Container.wait")
def docker_wait(_name: str, server: Server, bound: float | None) -> object:
    import docker
    from docker.models.containers import Container

    client = docker.DockerClient(f"tcp://{server.address}", version="1.40", timeout=0.1)
    return Container({"Id": "1"}, client).wait(**given(timeout=bound))


@executed("gitlab.Gitlab")
def gitlab_client(_name: str, server: Server, bound: float | None) -> object:
    import gitlab

    return gitlab.Gitlab(server.url, **given(timeout=bound)).projects.list()


@executed("huggingface_hub.InferenceClient")
def huggingface(_name: str, server: Server, bound: float | None) -> object:
    import huggingface_hub

    client = huggingface_hub.InferenceClient(model=server.url, **given(timeout=bound))
    return client.text_generation("hello")


@executed("huggingface_hub.AsyncInferenceClient")
async def huggingface_async(_name: str, server: Server, bound: float | None) -> object:
    import huggingface_hub

    client = huggingface_hub.AsyncInferenceClient(model=server.url, **given(timeout=bound))
    return await client.text_generation("hello")


@executed("jira.JIRA")
def jira_client(_name: str, server: Server, bound: float | None) -> object:
    import jira

    return jira.JIRA(server.url, max_retries=0, **given(timeout=bound))


@executed("ollama.Client")
def ollama_client(_name: str, server: Server, bound: float | None) -> object:
    import ollama

    return ollama.Client(server.url, **given(timeout=bound)).chat("model", HELLO)


@executed("ollama.AsyncClient")
async def ollama_client_async(_name: str, server: Server, bound: float | None) -> object:
    import ollama

    return await ollama.AsyncClient(server.url, **given(timeout=bound)).chat("model", HELLO)


@executed("chat", "generate", "embed", "embeddings", of="ollama", server=functools.cache(Silent))
def ollama_function(name: str, server: Server, bound: float | None) -> object:
    """They take no timeout: a client has to be made. Theirs is made when the module is imported, for one server."""
    import os

    os.environ["OLLAMA_HOST"] = server.url
    import ollama

    owner = ollama if bound is None else ollama.Client(server.url, timeout=bound)
    return getattr(owner, last(name))("model")


@executed("twilio.http.http_client.TwilioHttpClient", "twilio.rest.Client")
def twilio_client(_name: str, server: Server, bound: float | None) -> object:
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    client = Client("user", "password", http_client=TwilioHttpClient(**given(timeout=bound)))
    return client.request("GET", server.url)


@local("result", "wait", of="azure.core.polling.LROPoller", needs="azure-core")
def azure_poller(name: str, _server: Server, bound: float | None) -> object:
    from azure.core.polling import LROPoller, PollingMethod

    class Never(PollingMethod):
        def initialize(self, *_arguments: object) -> None:
            pass

        def run(self) -> None:
            threading.Event().wait()

        def resource(self) -> None:
            pass

        def status(self) -> str:
            return "InProgress"

        def finished(self) -> bool:
            return False

    return getattr(LROPoller(None, None, print, Never()), last(name))(**given(timeout=bound))
