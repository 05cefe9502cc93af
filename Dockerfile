# ./task build && docker build -t dteg .
FROM debian:12-slim
RUN useradd --uid 10001 --create-home --home-dir /home/dteg dteg \
  && mkdir /data && chown dteg /data
COPY dist/dteg /usr/local/bin/dteg
USER dteg
ENV HOME=/home/dteg
WORKDIR /data
ENTRYPOINT ["dteg"]
