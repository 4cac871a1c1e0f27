"Packaging, read from settings.ini: nbdev keeps the one list of requirements there."
from configparser import ConfigParser
from pathlib import Path
from setuptools import setup, find_packages

cfg = ConfigParser(delimiters=['='], interpolation=None)
cfg.read(Path(__file__).parent/'settings.ini', encoding='utf-8')
cfg = cfg['DEFAULT']
extras = {k.removesuffix('_requirements'): v.split() for k, v in cfg.items() if k.endswith('_requirements')}
extras['all'] = sorted({r for name, rs in extras.items() if name != 'dev' for r in rs})

setup(
    name=cfg['lib_name'], version=cfg['version'], description=cfg['description'], keywords=cfg['keywords'],
    author=cfg['author'], author_email=cfg['author_email'], license='Apache-2.0',
    long_description=Path('README.md').read_text(encoding='utf-8') if Path('README.md').exists() else '', long_description_content_type='text/markdown',
    packages=find_packages(include=['elite_refiner*']), package_data={cfg['lib_path']: ['weights/*.safetensors', 'assets/*']},
    python_requires=f">={cfg['min_python']}", install_requires=cfg['requirements'].split(), extras_require=extras,
    entry_points={'console_scripts': cfg['console_scripts'].split(), 'nbdev': [f"{cfg['lib_path']}={cfg['lib_path']}._modidx:d"]},
    classifiers=['Programming Language :: Python :: 3', 'Topic :: Multimedia :: Graphics', 'Topic :: Scientific/Engineering :: Artificial Intelligence'],
    zip_safe=False,
)
